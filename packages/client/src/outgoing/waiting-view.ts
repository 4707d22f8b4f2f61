// What waits in the outbox, as the page sees it: messages to show as rows, and effects on messages that are there.

import { type Content, contentOf, isEffect } from '../content/content.ts';
import type { Outgoing, PendingEffect, ReplyTo } from '../room-updates.ts';
import type { Waiting } from './outbox.ts';
import type { Draft } from './sealer.ts';

/** What a reply to the message with this ref shows. */
type ReplyLookup = (ref: string) => ReplyTo;

/** Those to show as rows. */
export function rowsOf(waiting: readonly Waiting[], replyTo: ReplyLookup): readonly Outgoing[] {
  return waiting.flatMap(({ draft, ...state }) => {
    const content = contentOfDraft(draft);
    if (content.kind === 'text' || content.kind === 'file') {
      const reply = content.ref === undefined ? undefined : replyTo(content.ref);
      const file = content.kind === 'file' ? content.file : undefined;
      return [{ ...state, text: content.text, ...(file && { file }), ...(reply && { replyTo: reply }) }];
    }
    return content.kind === 'poll' ? [{ ...state, text: content.poll.question, poll: content.poll }] : [];
  });
}

/** The others. */
export function effectsOf(waiting: readonly Waiting[], replyTo: ReplyLookup): readonly PendingEffect[] {
  return waiting.flatMap(({ draft, ...state }) => {
    const about = aboutOf(contentOfDraft(draft), replyTo);
    return about ? [{ ...state, ...about, body: draft.body }] : [];
  });
}

function aboutOf(content: Content, replyTo: ReplyLookup): Pick<PendingEffect, 'what' | 'target'> | undefined {
  if (content.kind === 'saved' || content.kind === 'handover')
    return { what: content.kind, target: undefined };
  return isEffect(content) || content.kind === 'unsend'
    ? { what: content.kind, target: replyTo(content.ref).key }
    : undefined;
}

function contentOfDraft({ ctype, ref, body }: Draft): Content {
  return contentOf({ ctype, flags: ref ? 1 : 0, ...(ref && { ref }), body });
}
