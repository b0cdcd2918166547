import type { TimelineItem } from '../timeline-items.ts';

/** Heights before they are measured: close enough that the scroll bar does not dance. */
export function rowHeight(item: TimelineItem): number {
  switch (item.kind) {
    case 'start':
      return 128;
    case 'day':
    case 'new':
      return 36;
    default: {
      const content = item.kind === 'message' ? item.message.content : item.pending.content;
      const lines = content.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 110)), 0);
      return lines * 22 + (item.joined ? 2 : 30);
    }
  }
}
