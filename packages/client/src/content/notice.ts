// The body of a notice (BODY-1): one character, and for a handover what is sealed. A text would let its author imitate the
// page's own lines.

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

/** What follows the `4` is sealed for one person (OWNER-4): 80 bytes, base64url. */
export function isHandover(body: string): boolean {
  return /^4[\w-]{107}$/.test(body);
}

export function readNotice(body: string): NoticeKind | undefined {
  return KINDS.get(body);
}
