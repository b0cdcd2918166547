/** Something that the program itself says in a conversation: an answer to a command, an error. Nobody else sees it. */
export interface Notice {
  readonly channelId: string | undefined;
  /** It stands after this message of the log. */
  readonly afterSeq: number;
  /** Its place among those after the same message. */
  readonly n: number;
  readonly text: string;
  readonly error: boolean;
}
