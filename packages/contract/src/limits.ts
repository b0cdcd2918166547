/** Sizes, in the unit each name says. They hold at every door. */
export const limits = {
  /** Longest line or WebSocket message that a client may send. */
  frameBytes: 64 * 1024,
  /** Deepest nesting of JSON in a frame. */
  frameDepth: 32,
  /** UTF-16 units of one message. */
  contentChars: 16_000,
  userNameChars: 48,
  channelNameChars: 48,
  topicChars: 300,
  siteNameChars: 80,
  /** Notes on a device, a note in an incident's timeline. */
  notesChars: 4_000,
  /** Why somebody was kicked, muted or banned. */
  reasonChars: 300,
  /** Longest mute or ban: ten years. */
  sanctionMinutes: 5_256_000,
  /** People whom one message may name. */
  mentions: 50,
  passwordChars: 256,
  deviceChars: 64,
  /** What a program says of itself at log-in, where the door does not tell. */
  clientChars: 100,
  nonceChars: 64,
  tokenChars: 128,
  /** Most messages in one page of history. */
  historyPage: 200,
  /** Most events in one page of a resume. */
  resumePage: 1_000,
  /** Characters of text in one page of history or of a resume: a page with longer messages has fewer of them. */
  pageChars: 256 * 1024,
  /** A client further behind than this gets a fresh snapshot. */
  resumeEvents: 20_000,
  /** Rows of one CSV class list. */
  importRows: 2_000,
  /** Of one import from another server: accounts, messages, and what all of it takes while it is checked. */
  importedUsers: 50_000,
  importedMessages: 500_000,
  importedBytes: 256 * 1024 * 1024,
} as const;
