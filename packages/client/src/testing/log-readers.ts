// One log read in every way a page can come to read it: all of them have to show and to count the same.

import {
  type Command,
  type LogEvent,
  type Position,
  encodeCommandEvent,
  encodeMessageEvent,
  encodeStubEvent,
  toHex,
  ttlOf,
} from '@mayfly/protocol';
import { CTYPE } from '../content/ctype.ts';
import { type OpenResult, type OpenedMessage, openEnvelope, verifyMessage } from '../crypto/envelope.ts';
import type { EpochKeys } from '../crypto/keys.ts';
import { verifyCommand } from '../crypto/command.ts';
import { Receiver } from '../log/receiver.ts';
import type { Sliced } from '../log/sliced.ts';
import type { LieKind, Message, RoomNotice, UnsentMessage } from '../room-updates.ts';
import { ID, KEYS, OWNER } from './author.ts';
import { LOG_ID, MessagePool, type Source, type Step, TTL_S, WRITTEN_AT, drawLog } from './random-log.ts';
import { seededRandom } from './random.ts';

/** Sealing a pool takes longer than reading many logs drawn from it. */
const LOGS_OF_POOL = 100;

/** Reads the logs of `count` seeds, each live, in two batches at every cut, and in one. What differs, or vanishes. */
export function compareReaders(firstSeed: number, count: number): readonly string[] {
  let pools: readonly [MessagePool, MessagePool] | undefined;
  const faults: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    // Depends on the seed alone, so a single seed draws the same log.
    if (pools === undefined || seed % LOGS_OF_POOL === 0)
      pools = poolsOf(`${Math.floor(seed / LOGS_OF_POOL)}`);
    const [texts, talk] = pools;
    const found = [
      ...faultsOf(drawLog(texts, seed, { bare: true }), texts),
      ...differences(drawLog(talk, seed, { bare: true, stepsMax: 28 }), talk),
    ];
    faults.push(...found.map((fault) => `seed ${seed}: ${fault}`));
  }
  return faults;
}

function poolsOf(name: string): readonly [MessagePool, MessagePool] {
  return [
    new MessagePool(name, { erasing: true }),
    new MessagePool(`talk ${name}`, { talk: true, erasing: true }),
  ];
}

/** A log, and how we read it: for readers that share no code with us. */
export type ReadLog = {
  readonly logId: string;
  /** The seq before the first event. */
  readonly from: number;
  /** Binary frames in hex, with the time of their arrival, and resets. */
  readonly steps: readonly (
    | { readonly event: string; readonly arrivedAt: number; readonly live: boolean }
    | { readonly reset: Position }
    /** By then it is so late. */
    | { readonly now: number }
  )[];
  readonly view: string;
};

/** The logs of `count` seeds from the first on, all of one room: see `author.ts` for its keys. */
export function readLogs(firstSeed: number, count: number): readonly ReadLog[] {
  const pool = new MessagePool(`${firstSeed}`);
  return Array.from({ length: count }, (_, index) => {
    const steps = drawLog(pool, firstSeed + index);
    return {
      logId: LOG_ID,
      from: 0,
      steps: steps.map(encodeStep),
      view: describeView(read(steps, live)),
    };
  });
}

/** The same with messages that were unsent or had their time: each log as those read it who were there, and as newcomers do. */
export function readErasingLogs(firstSeed: number, count: number): readonly ReadLog[] {
  const pool = new MessagePool(`erasing ${firstSeed}`, { erasing: true });
  return Array.from({ length: count }, (_, index) => {
    const steps = drawLog(pool, firstSeed + index, { bare: true }).filter(isForStrangers);
    const view = read(steps, live);
    const lines = view.unsent.map(({ seq }) => seq).sort((a, b) => a - b);
    return [live, asNewcomer(steps.length)].map((plan) => ({
      logId: LOG_ID,
      from: 0,
      steps: steps.map((step, at) => encodeAsOf(step, plan(at).asOf)),
      view: `${describeView(view)}, lines [${lines.join(', ')}]`,
    }));
  }).flat();
}

const asNewcomer = (end: number): Plan => WAYS['resumed at'](0, end);

// Commands are checked apart.
function isForStrangers(step: Step): boolean {
  return step.type !== 'event' || step.event.type !== 'command';
}

function encodeAsOf(step: Step, asOf: number): ReadLog['steps'][number] {
  if (step.type === 'reset') return { reset: step.position };
  if (step.type === 'time') return { now: WRITTEN_AT + TTL_S * 1_000 };
  const event = step.erased !== undefined && step.erased.by <= asOf ? step.erased.stub : step.event;
  return { event: toHex(frameOf(event)), arrivedAt: WRITTEN_AT, live: false };
}

function frameOf(event: LogEvent): Uint8Array {
  if (event.type === 'stub') return encodeStubEvent(event);
  if (event.type === 'message') return encodeMessageEvent(event.seq, event.envelope);
  return encodeCommandEvent(event.seq, event.bytes, event.blob);
}

function encodeStep(step: Step): ReadLog['steps'][number] {
  if (step.type === 'reset') return { reset: step.position };
  if (step.type === 'time' || step.source === undefined)
    throw new Error('such an event is not drawn for strangers');
  const event = toHex(encodeMessageEvent(step.event.seq, step.source.envelope));
  return { event, arrivedAt: WRITTEN_AT, live: false };
}

function faultsOf(steps: readonly Step[], pool: MessagePool): readonly string[] {
  const differing = differences(steps, pool);
  if (differing.length > 0) return differing;
  const erased = headersOfErased(steps);
  const all = steps.flatMap((step) => (step.type === 'event' ? (step.source ?? []) : []));
  // What an erasure leaves of its chain depends on what was erased: the other readers say whether that is right.
  const changed = new Set(all.flatMap((one) => (erased.has(headerOf(one.envelope)) ? [one.chain] : [])));
  const sources = all.filter(({ chain }) => !changed.has(chain));
  const view = read(steps, live);
  return [...balance(sources, view, all.length), ...missingHonest(sources, view)];
}

/** Headers of messages that aren't shown as such: erased, maybe, or such that erase others. */
function headersOfErased(steps: readonly Step[]): ReadonlySet<string> {
  const events = steps.filter((step) => step.type === 'event');
  const unsent = new Set(events.map(({ source }) => source?.unsends));
  return new Set(
    events.flatMap(({ event, source }) => {
      if (event.type === 'stub') return source === undefined ? [toHex(event.header)] : [];
      const isErased = source?.mid !== undefined && (unsent.has(source.mid) || isAboutErasing(source));
      return isErased ? [headerOf(source.envelope)] : [];
    }),
  );
}

function isAboutErasing({ envelope }: Source): boolean {
  const opened = openOnce(KEYS, envelope);
  return ttlOf(envelope) > 0 || (opened.ok && opened.message.ctype === CTYPE.unsend);
}

function headerOf(envelope: Uint8Array): string {
  return toHex(envelope.subarray(0, 23));
}

function differences(steps: readonly Step[], { ownerPk }: MessagePool): readonly string[] {
  const all = describeAll(read(steps, live, ownerPk));
  const elsewhere = describeAll(read(steps, elsewhereAt(steps.length), ownerPk));
  if (all !== elsewhere) return [`with signatures checked elsewhere: ${elsewhere}, live ${all}`];
  const ways = steps.some((step) => step.type === 'event' && step.erased)
    ? WAYS
    : { 'cut at': WAYS['cut at'] };
  for (const [way, planAt] of Object.entries(ways)) {
    for (const cut of steps.keys()) {
      const other = describeAll(read(steps, planAt(cut, steps.length), ownerPk));
      if (all !== other) return [`${way} ${cut}: ${other}, live ${all}`];
    }
  }
  return [];
}

/**
 * How a step is read: `isCut`: a new batch begins with it. `asOf`: the server had come so far when it was sent.
 * `isElsewhere`: others check the signatures of its batch, and leave some out.
 */
type Plan = (index: number) => {
  readonly isCut: boolean;
  readonly asOf: number;
  readonly isElsewhere?: boolean;
};

const live: Plan = (index) => ({ isCut: true, asOf: index });

/** In batches of a few. */
const elsewhereAt =
  (end: number): Plan =>
  (index) => ({ isCut: index % 5 === end % 5, asOf: index, isElsewhere: true });

/** A page comes, or comes back, at the step `cut`. */
const WAYS = {
  'cut at':
    (cut: number): Plan =>
    (index) => ({ isCut: index === cut, asOf: index }),
  'joined at':
    (cut: number): Plan =>
    (index) => ({ isCut: index >= cut, asOf: index < cut ? cut - 1 : index }),
  'resumed at':
    (cut: number, end: number): Plan =>
    (index) =>
      index < cut ? live(index) : { isCut: index === cut, asOf: end },
  'joined and resumed at':
    (cut: number, end: number): Plan =>
    (index) => ({
      isCut: index === cut,
      asOf: index < cut ? cut - 1 : end,
    }),
};

type View = { readonly shown: ReadonlyMap<string, Message>; readonly unverified: number };
type FullView = View & {
  readonly notices: ReadonlyMap<string, RoomNotice>;
  readonly unsent: readonly UnsentMessage[];
  readonly c: number;
  readonly lies: readonly LieKind[];
};

function read(steps: readonly Step[], plan: Plan, ownerPk: Uint8Array = OWNER.pk): FullView {
  const law = { ...NO_COMMANDS, moderators: [{ idPk: ownerPk, mask: 128 }] };
  const receiver = new Receiver(READER, { logId: LOG_ID, seq: 0 }, law);
  const shown = new Map<string, Message>();
  const notices = new Map<string, RoomNotice>();
  const unsent = new Map<string, UnsentMessage>();
  let lies: readonly LieKind[] = [];
  let now = WRITTEN_AT;
  let batch: LogEvent[] = [];
  let isElsewhere = false;
  const flush = () => {
    const received = isElsewhere
      ? answered(receiver.receiving(batch, now, false))
      : receiver.receive(batch, now, false);
    for (const key of received.gone) for (const all of [shown, notices, unsent]) all.delete(key);
    for (const message of received.messages) shown.set(message.key, message);
    for (const notice of received.notices) notices.set(notice.key, notice);
    for (const line of received.unsent) unsent.set(line.key, line);
    lies = received.trouble?.lies ?? lies;
    batch = [];
  };
  for (const [index, step] of steps.entries()) {
    const { isCut, asOf, isElsewhere: elsewhere = false } = plan(index);
    // No batch lasts longer than a message: what was over by then, an honest server sends as a stub.
    if (isCut || step.type !== 'event') flush();
    isElsewhere = elsewhere;
    if (step.type === 'reset') receiver.skipTo(step.position, law);
    else if (step.type === 'time') now = WRITTEN_AT + TTL_S * 1_000;
    else batch.push(step.erased !== undefined && step.erased.by <= asOf ? step.erased.stub : step.event);
  }
  flush();
  const { unverified, c } = receiver;
  return { shown, notices, unsent: [...unsent.values()], unverified, c, lies };
}

/** Every other signature that holds is known ahead. */
function answered<T>(work: Sliced<T>): T {
  for (let step = work.next(); ;) {
    if (step.done === true) return step.value;
    const known = step.value.filter((message, i) => i % 2 === 0 && verifyOnce(message));
    step = work.next(new Set(known));
  }
}

// The readers of one log are given the same events: what costs time is done once for all of them.
const opened = new WeakMap<Uint8Array, OpenResult>();
const verdicts = new WeakMap<Uint8Array, boolean>();

function openOnce(keys: EpochKeys, envelope: Uint8Array): OpenResult {
  const result = opened.get(envelope) ?? openEnvelope(keys, envelope);
  opened.set(envelope, result);
  return result;
}

function verifyOnce(message: OpenedMessage): boolean {
  const verdict = verdicts.get(message.signature) ?? verifyMessage(message);
  verdicts.set(message.signature, verdict);
  return verdict;
}

function verifyCommandOnce(command: Command): boolean {
  const verdict = verdicts.get(command.signature) ?? verifyCommand(command);
  verdicts.set(command.signature, verdict);
  return verdict;
}

export const NO_COMMANDS = { c: 0, head: 0, moderators: [] };

export const READER = {
  id: ID,
  idPk: seededRandom('reader')(32),
  ownerPk: OWNER.pk,
  keysOf: () => KEYS,
  crypto: { openEnvelope: openOnce, verifyMessage: verifyOnce, verifyCommand: verifyCommandOnce },
};

/** All that a reader says, in an order that doesn't depend on how it came to it. */
export function describeView({ shown, unverified }: View): string {
  const messages = [...shown.values()]
    .map(
      ({ seq, from, text, missingBefore, conflicting, late }) =>
        `${seq} ${from.name}: ${text}${conflicting ? '!' : ''}${late ? '~' : ''}${missingBefore > 0 ? ` +${missingBefore}` : ''}`,
    )
    .toSorted();
  return `[${messages.join(', ')}] and ${unverified} not verified`;
}

function describeAll(view: FullView): string {
  const { shown, notices, unsent, c, lies } = view;
  const rows = [...shown.values()].filter(hasMore).map((message) => JSON.stringify(message, namesOnly));
  const lines = [...notices.values()].filter(isShown).map((notice) => JSON.stringify(notice, namesOnly));
  const erased = unsent.map(({ key, seq }) => `${seq} ${key.slice(0, 6)} unsent`);
  const more = [...rows.toSorted(), ...lines.toSorted(), ...erased.toSorted()].join(', ');
  return `${describeView(view)}, ${more}, ${c} commands, lies: ${lies.toSorted().join(' ')}`;
}

function hasMore({ reactions, edits, pinned, poll, replyTo }: Message): boolean {
  return reactions.length > 0 || edits !== undefined || pinned || poll !== undefined || replyTo !== undefined;
}

/** A pin that doesn't count is not shown; whether it did for a while makes no difference. */
function isShown({ what, missingBefore, conflicting }: RoomNotice): boolean {
  return what !== 'effect' || missingBefore > 0 || conflicting;
}

function namesOnly(field: string, value: unknown): unknown {
  return field === 'emoji' && Array.isArray(value) ? undefined : value;
}

/** Every message of a log is shown, repeats one that is shown, conflicts with one, or is counted. `events`: with the erased ones. */
function balance(sources: readonly Source[], { shown, unverified }: View, events: number): readonly string[] {
  const conflicting = new Set(
    sources.flatMap(({ mid, ...source }) =>
      mid !== undefined && shown.get(mid)?.conflicting ? [claimOf(source)] : [],
    ),
  );
  const unseen = sources.filter(({ mid }) => mid === undefined || !shown.has(mid));
  const rivals = unseen.filter((source) => source.signed && conflicting.has(claimOf(source)));
  const uncounted = unseen.length - rivals.length - unverified;
  if (uncounted > 0) return [`${uncounted} messages vanished without being counted`];
  const most = events - shown.size;
  return unverified > most ? [`${unverified} counted of ${most} that are not shown`] : [];
}

function claimOf({ chain, count }: Pick<Source, 'chain' | 'count'>): string {
  return `${chain} ${count}`;
}

/** A signed message with a higher count than any before it in its chain is shown, whatever the log holds besides. */
function missingHonest(sources: readonly Source[], { shown }: View): readonly string[] {
  const highest = new Map<string, number>();
  return sources.flatMap(({ chain, count, mid, signed }) => {
    const isNext = count > (highest.get(chain) ?? 0);
    highest.set(chain, Math.max(count, highest.get(chain) ?? 0));
    return isNext && signed && mid !== undefined && !shown.has(mid) ? [`number ${count} is not shown`] : [];
  });
}
