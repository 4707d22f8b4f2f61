// What a message says, from its ctype and body (BODY-1). What doesn't fit is unsupported.

import { toHex } from '@mayfly/protocol';
import type { SharedFile } from '../room-updates.ts';
import { CTYPE } from './ctype.ts';
import { readFile } from './file.ts';
import { type NoticeKind, isHandover, readNotice } from './notice.ts';
import { type PollBody, readPoll } from './poll.ts';
import { readReaction } from './reaction.ts';
import { type UnsendBody, readUnsend } from './unsend.ts';
import { type Vote, readVote } from './vote.ts';

/** The part of a message that its content is in. */
export type Body = {
  readonly ctype: number;
  readonly flags: number;
  readonly ref?: Uint8Array;
  readonly body: string;
};

/** `ref`: the first 16 bytes of another message's mid, hex. */
export type Content =
  | { readonly kind: 'text'; readonly text: string; readonly ref?: string }
  | FileContent
  | { readonly kind: 'poll'; readonly poll: PollBody }
  | { readonly kind: 'saved' | 'handover' }
  | Unsend
  | Effect
  | { readonly kind: 'unsupported' };

/** `text`: its caption, empty if it has none. */
type FileContent = {
  readonly kind: 'file';
  readonly file: SharedFile;
  readonly text: string;
  readonly ref?: string;
};

/** Takes the message that it names away, of whatever kind. */
type Unsend = UnsendBody & { readonly kind: 'unsend'; readonly ref: string };

/** Content that changes how another message is shown. */
export type Effect = Edit | Reaction | Pin | Voting;

export type Edit = { readonly kind: 'edit'; readonly ref: string; readonly text: string };
/** An empty emoji takes the reaction back. */
export type Reaction = { readonly kind: 'reaction'; readonly ref: string; readonly emoji: string };
export type Pin = { readonly kind: 'pin'; readonly ref: string; readonly pinned: boolean };
export type Voting = { readonly kind: 'vote'; readonly ref: string; readonly vote: Vote };

const UNSUPPORTED: Content = { kind: 'unsupported' };
const FLAGS_KNOWN = 1;

export function contentOf({ ctype, flags, ref, body }: Body): Content {
  if (flags > FLAGS_KNOWN) return UNSUPPORTED;
  return (ref === undefined ? alone(ctype, body) : about(ctype, body, toHex(ref))) ?? UNSUPPORTED;
}

function alone(ctype: number, body: string): Content | undefined {
  if (ctype === CTYPE.text) return { kind: 'text', text: body };
  if (ctype === CTYPE.file) return fileContent(readFile(body));
  if (ctype === CTYPE.poll) return pollContent(readPoll(body));
  return ctype === CTYPE.notice ? noticeContent(body) : undefined;
}

function noticeContent(body: string): Content | undefined {
  if (isHandover(body)) return { kind: 'handover' };
  return readNotice(body) === 'saved' ? { kind: 'saved' } : undefined;
}

function about(ctype: number, body: string, ref: string): Content | undefined {
  switch (ctype) {
    case CTYPE.text:
      return { kind: 'text', text: body, ref };
    case CTYPE.file:
      return fileContent(readFile(body), ref);
    case CTYPE.edit:
      return { kind: 'edit', ref, text: body };
    case CTYPE.unsend:
      return unsendContent(ref, readUnsend(body));
    case CTYPE.reaction:
      return reactionContent(ref, readReaction(body));
    case CTYPE.notice:
      return pinContent(ref, readNotice(body));
    case CTYPE.vote:
      return voteContent(ref, readVote(body));
    default:
      return undefined;
  }
}

function fileContent(
  read: Pick<FileContent, 'file' | 'text'> | undefined,
  ref?: string,
): Content | undefined {
  return read && { kind: 'file', ...read, ...(ref !== undefined && { ref }) };
}

function pollContent(poll: PollBody | undefined): Content | undefined {
  return poll && { kind: 'poll', poll };
}

function reactionContent(ref: string, emoji: string | undefined): Content | undefined {
  return emoji === undefined ? undefined : { kind: 'reaction', ref, emoji };
}

function unsendContent(ref: string, body: UnsendBody | undefined): Content | undefined {
  return body && { kind: 'unsend', ref, ...body };
}

function pinContent(ref: string, what: NoticeKind | undefined): Content | undefined {
  if (what === undefined || what === 'saved') return undefined;
  return { kind: 'pin', ref, pinned: what === 'pinned' };
}

function voteContent(ref: string, vote: Vote | undefined): Content | undefined {
  return vote && { kind: 'vote', ref, vote };
}

export function isEffect(content: Content): content is Effect {
  return EFFECTS.has(content.kind);
}

const EFFECTS: ReadonlySet<Content['kind']> = new Set(['edit', 'reaction', 'pin', 'vote']);
