// The body of a notice (BODY-1): one character. A text would let its author imitate the page's own lines.

export type NoticeKind = 'pinned' | 'unpinned' | 'saved';

export const NOTICE = { pinned: '1', unpinned: '2', saved: '3' } as const satisfies Record<
  NoticeKind,
  string
>;

const KINDS: ReadonlyMap<string, NoticeKind> = new Map([
  [NOTICE.pinned, 'pinned'],
  [NOTICE.unpinned, 'unpinned'],
  [NOTICE.saved, 'saved'],
]);

export function readNotice(body: string): NoticeKind | undefined {
  return KINDS.get(body);
}
