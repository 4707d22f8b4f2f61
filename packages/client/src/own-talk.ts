// What we say in the room: checked here, then sealed and sent by the outbox. Rules: BODY and EFFECT.

import { BODY_BYTES_MAX, toHex, utf8 } from '@mayfly/protocol';
import type { Clock } from './clock.ts';
import type { Content } from './content/content.ts';
import { CTYPE } from './content/ctype.ts';
import { NOTICE } from './content/notice.ts';
import {
  OPTIONS_MAX,
  OPTIONS_MIN,
  OPTION_POINTS_MAX,
  QUESTION_POINTS_MAX,
  fitsPoints,
  writePoll,
} from './content/poll.ts';
import { readReaction } from './content/reaction.ts';
import { writeUnsend } from './content/unsend.ts';
import { suits, writeVote } from './content/vote.ts';
import type { RoomLog } from './log/room-log.ts';
import type { HeldMessage } from './log/talk.ts';
import type { Outbox } from './outgoing/outbox.ts';
import type { Draft } from './outgoing/sealer.ts';
import { Pacer } from './outgoing/pacer.ts';
import type { ActionResult, PollDraft, PollResult, SendResult } from './room.ts';
import { hasVisibleText } from './visible-text.ts';

export type OwnTalkDeps = {
  readonly clock: Clock;
  readonly log: RoomLog;
  readonly outbox: Outbox;
  /** Our own key. */
  readonly idPk: Uint8Array;
  /** The proof that erases a message of ours that was sealed with this nonce. */
  proofOf(nonce: Uint8Array): Uint8Array;
};

const DONE = { ok: true } as const;
/** Of the kinds that can have reactions and pins. */
const TARGETS: ReadonlySet<Content['kind']> = new Set(['text', 'file', 'poll']);

export class OwnTalk {
  readonly #deps: OwnTalkDeps;
  readonly #pacer: Pacer;
  #serverErases = false;
  // Keys of messages to take back once edits of them that are on their way have arrived.
  readonly #later = new Set<string>();

  constructor(deps: OwnTalkDeps) {
    this.#deps = deps;
    this.#pacer = new Pacer(deps.clock, (draft) => this.#send(draft));
  }

  /** Whether this connection's server erases messages (WELCOME-4). */
  serverErases(erases: boolean): void {
    this.#serverErases = erases;
    this.#deps.outbox.serverErases(erases);
  }

  send(text: string, replyTo?: string, ttlMs?: number): SendResult {
    const refusal = refusalOf(text);
    if (refusal !== undefined) return refuse(refusal);
    const timer = ttlMs === undefined ? {} : { ttl: ttlMs / 1_000 };
    if (timer.ttl !== undefined && !isTtl(timer.ttl)) return refuse('wrong_timer');
    if (timer.ttl !== undefined && !this.#serverErases) return refuse('not_supported');
    const answered = replyTo === undefined ? undefined : this.#deps.log.find(replyTo);
    if (replyTo !== undefined && answered === undefined) return refuse('unknown_target');
    return {
      ok: true,
      key: this.#send({ ctype: CTYPE.text, ...(answered && { ref: answered.ref }), ...timer, body: text }),
    };
  }

  edit(key: string, text: string): ActionResult<'empty' | 'too_long' | 'not_yours'> {
    const target = this.#deps.log.find(key);
    const isFile = target?.content.kind === 'file';
    const refusal = isFile && text === '' ? undefined : refusalOf(text);
    if (refusal !== undefined) return refuse(refusal);
    if (target === undefined || (target.content.kind !== 'text' && !isFile)) return refuse('unknown_target');
    if (!target.own) return refuse('not_yours');
    this.#send({ ctype: CTYPE.edit, ref: target.ref, ...this.#restOf(target), body: text });
    return DONE;
  }

  unsend(key: string): ActionResult<'not_yours' | 'not_supported'> {
    const { log, outbox } = this.#deps;
    const target = log.find(key);
    if (target === undefined) return refuse('unknown_target');
    if (!target.own) return refuse('not_yours');
    if (!this.#serverErases) return refuse('not_supported');
    outbox.discardFailed(CTYPE.edit, target.ref);
    if (outbox.has(CTYPE.edit, target.ref)) this.#later.add(key);
    else for (const ref of log.refsToErase(key)) this.#erase(ref, ref === toHex(target.ref));
    return DONE;
  }

  /** Messages of ours were echoed. */
  echoed(): void {
    const later = [...this.#later];
    this.#later.clear();
    for (const key of later) this.unsend(key);
  }

  react(key: string, emoji: string): ActionResult<'not_an_emoji'> {
    if (readReaction(emoji) === undefined) return refuse('not_an_emoji');
    const target = this.#findTarget(key);
    if (target === undefined) return refuse('unknown_target');
    this.#pacer.add({ ctype: CTYPE.reaction, ref: target.ref, body: emoji });
    return DONE;
  }

  pin(key: string, pinned: boolean): ActionResult<'not_owner'> {
    const { log, idPk } = this.#deps;
    if (!log.mayPin(idPk)) return refuse('not_owner');
    const target = this.#findTarget(key);
    if (target === undefined) return refuse('unknown_target');
    this.#send({ ctype: CTYPE.notice, ref: target.ref, body: pinned ? NOTICE.pinned : NOTICE.unpinned });
    return DONE;
  }

  poll(poll: PollDraft): PollResult {
    const { question, options } = poll;
    if (options.length < OPTIONS_MIN || options.length > OPTIONS_MAX) return refuse('wrong_options');
    if (![question, ...options].every(hasVisibleText)) return refuse('empty');
    const fits =
      fitsPoints(question, QUESTION_POINTS_MAX) &&
      options.every((option) => fitsPoints(option, OPTION_POINTS_MAX));
    const body = writePoll(poll);
    if (!fits || utf8(body).length > BODY_BYTES_MAX) return refuse('too_long');
    return { ok: true, key: this.#send({ ctype: CTYPE.poll, body }) };
  }

  vote(key: string, options: readonly number[]): ActionResult<'wrong_options' | 'closed'> {
    const target = this.#deps.log.find(key);
    if (target?.content.kind !== 'poll') return refuse('unknown_target');
    if (target.closed) return refuse('closed');
    if (!suits(options, target.content.poll)) return refuse('wrong_options');
    this.#pacer.add({ ctype: CTYPE.vote, ref: target.ref, body: writeVote({ chosen: options }) });
    return DONE;
  }

  closePoll(key: string): ActionResult<'not_yours' | 'closed'> {
    const target = this.#deps.log.find(key);
    if (target?.content.kind !== 'poll') return refuse('unknown_target');
    if (!target.own) return refuse('not_yours');
    if (target.closed) return refuse('closed');
    this.#pacer.add({ ctype: CTYPE.vote, ref: target.ref, body: writeVote('close') });
    return DONE;
  }

  /** `body`: of a file (BODY-4). `replyTo`: the message that it answers, if this page still holds it. */
  share(body: string, replyTo?: string): string {
    const ref = replyTo === undefined ? undefined : this.#deps.log.find(replyTo)?.ref;
    return this.#send({ ctype: CTYPE.file, ...(ref && { ref }), body });
  }

  noteSaved(): void {
    this.#send({ ctype: CTYPE.notice, body: NOTICE.saved });
  }

  /** What waits for its second goes to the outbox, where a reload finds it. */
  flush(): void {
    this.#pacer.flush();
  }

  #erase(ref: string, leavesLine: boolean): void {
    const { log, outbox } = this.#deps;
    const nonce = log.ownPlace(ref)?.nonce;
    const target = bytesOf(ref);
    if (nonce === undefined || outbox.has(CTYPE.unsend, target)) return;
    const body = writeUnsend({ proof: this.#deps.proofOf(nonce), leavesLine });
    this.#send({ ctype: CTYPE.unsend, ref: target, body });
  }

  // An edit must not outlive what it changes.
  #restOf({ endsAt }: HeldMessage): Pick<Draft, 'ttl'> {
    if (endsAt === undefined) return {};
    return { ttl: Math.max(1, Math.ceil((endsAt - this.#deps.clock.now()) / 1_000)) };
  }

  #send(draft: Draft): string {
    const { outbox, clock } = this.#deps;
    return outbox.add(draft, clock.now());
  }

  #findTarget(key: string): HeldMessage | undefined {
    const held = this.#deps.log.find(key);
    return held !== undefined && TARGETS.has(held.content.kind) ? held : undefined;
  }
}

function refuse<const Reason extends string>(
  reason: Reason,
): { readonly ok: false; readonly reason: Reason } {
  return { ok: false, reason };
}

function refusalOf(text: string): 'empty' | 'too_long' | undefined {
  if (!hasVisibleText(text)) return 'empty';
  return utf8(text).length > BODY_BYTES_MAX ? 'too_long' : undefined;
}

// As the header of an envelope has it.
const TTL_MAX_S = 65_535;

function isTtl(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds > 0 && seconds <= TTL_MAX_S;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
