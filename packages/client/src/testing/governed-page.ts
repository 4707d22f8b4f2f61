// What a page does with the log of a room under orders, without the network and the people around it.

import {
  type LogEvent,
  OP_CHARTER,
  OP_END,
  type Welcome,
  decodeCharterArgs,
  equalBytes,
  fromBase64url,
} from '@mayfly/protocol';
import type { Statement } from '../crypto/event-hash.ts';
import { Epochs } from '../governance/epochs.ts';
import { type CharterInForce, InForce } from '../governance/in-force.ts';
import { KeyRing } from '../governance/key-ring.ts';
import { checkWelcome, holds } from '../governance/welcome-check.ts';
import type { CountedCommand } from '../log/receiver.ts';
import { type Batch, RoomLog } from '../log/room-log.ts';
import { finish } from '../log/sliced.ts';
import type { Message } from '../room-updates.ts';
import { ID } from './author.ts';
import { type GovernedLog, ME, SLICE_FRAME, secretOf } from './governed-log.ts';
import { type Line, type Sight, describeCharter } from './governed-room.ts';
import { READER } from './log-readers.ts';
import { LOG_ID, WRITTEN_AT } from './random-log.ts';
import { ServerDouble } from './server-double.ts';
import { NetworkDouble } from './wire-double.ts';

/** What stays in the tab when its page is loaded again. */
export type Tab = { log: string; epoch: string };

const WELCOME: Welcome = new ServerDouble(new NetworkDouble()).welcomeFor({});

export class Page {
  readonly tab: Tab;
  readonly #ring: KeyRing;
  readonly #epochs: Epochs;
  readonly #log: RoomLog;
  readonly #inForce: InForce;
  readonly #shown = new Map<string, Message>();
  readonly #lines: Line[] = [];
  #lies: readonly string[] = [];
  #others: readonly string[] = [];
  #end: string | undefined;

  /** `epoch`: of the link that it was opened with. */
  constructor(epoch = 0, tab: Tab = { log: '', epoch: '' }) {
    this.tab = tab;
    const ring = new KeyRing(ID, secretOf(epoch));
    this.#ring = ring;
    const keep = (text: string) => {
      tab.epoch = text;
    };
    this.#epochs = new Epochs({ id: ID, ring, self: ME, kept: tab.epoch, keep });
    const save = (text: string) => {
      tab.log = text;
    };
    const options = {
      id: ID,
      idPk: ME.pk,
      keysOf: (of: number) => ring.of(of),
      holds: (charter: Parameters<typeof holds>[0]) => holdsOnce(charter, ring),
      crypto: READER.crypto,
    };
    this.#log = new RoomLog(options, () => WRITTEN_AT, { load: () => tab.log, save });
    this.#inForce = new InForce(ID, ring);
  }

  statement(): Statement | undefined {
    return this.#log.statement();
  }

  /** Joins when the log has `from` events, and reads what comes up to `to`. `first`: nothing older is in the log. */
  stay(log: GovernedLog, from: number, to: number, first = 1): this {
    if (!this.#log.isOpen) this.#join(log, from, first);
    for (const event of log.events.slice(from, to)) this.#receive(log, event);
    return this;
  }

  leave(): this {
    this.#log.leave();
    return this;
  }

  #receive(log: GovernedLog, event: LogEvent): void {
    const isNewLink = event.type === 'command' && newEpochOf(event) > this.#ring.current.epoch;
    if (isNewLink && this.#end === undefined) this.leave().#join(log, event.seq, 1);
    else this.#read(log, event);
  }

  #join(log: GovernedLog, at: number, first: number): void {
    if (this.#end !== undefined) return;
    const position = this.#log.ask();
    const welcome = welcomeOf(log, at, position?.seq ?? first - 1, position !== undefined);
    this.#end = this.#turn(welcome);
    const charter = checkWelcome(welcome, ID, this.#ring);
    if (charter === undefined) this.#end ??= 'false_room';
    if (!this.#log.fits(welcome)) this.#end ??= 'misfit';
    if (this.#end !== undefined || charter === undefined) return;
    this.#log.enter(welcome, charter);
    this.#inForce.enter(welcome, charter);
    for (const event of log.events.slice(welcome.first - 1, at)) this.#read(log, event);
  }

  #turn(welcome: Welcome): string | undefined {
    if (welcome.epoch === this.#ring.current.epoch) return undefined;
    this.#epochs.receive(SLICE_FRAME);
    const turn = this.#epochs.turn(welcome);
    return turn === 'turned' ? undefined : turn;
  }

  #read(log: GovernedLog, event: LogEvent): void {
    if (this.#end !== undefined) return;
    const read = this.#log.read(event);
    if (read.outcome === 'hole') this.#end = 'hole';
    if (read.outcome === 'events') this.#show(finish(this.#log.receive(read.events, read.live)), log.nameOf);
  }

  #show({ history, fresh, gone, commands, trouble }: Batch, nameOf: NameOf): void {
    for (const key of gone) this.#shown.delete(key);
    for (const message of [...history.messages, ...fresh.messages]) this.#shown.set(message.key, message);
    this.#lies = trouble?.lies ?? this.#lies;
    this.#others = trouble?.others.map(({ person }) => person.name) ?? this.#others;
    for (const counted of commands) if (this.#end === undefined) this.#obey(counted, nameOf);
  }

  // As `live-room` does.
  #obey(counted: CountedCommand, nameOf: NameOf): void {
    const { command, removed } = counted;
    const by = nameOf(command.signerPk);
    if (removed !== undefined && equalBytes(removed, ME.pk)) this.#end = `removed by ${by}`;
    else if (removed !== undefined) this.#line(counted, `${by} removed ${nameOf(removed)}`);
    if (newEpochOf(counted) > command.epoch) this.#line(counted, 'relinked');
    const change = this.#inForce.take(counted);
    if (change !== undefined && 'terms' in change)
      this.#line(counted, `${by} ${JSON.stringify(change.terms)}`);
    if (change !== undefined && 'before' in change)
      this.#line(counted, `${charterText(change.before, nameOf)} to ${charterText(change.after, nameOf)}`);
    if (command.op === OP_END && command.args.length === 0) this.#end = 'ended by the owner';
  }

  #line({ command, seq }: CountedCommand, text: string): void {
    this.#lines.push({ c: command.c, isCharter: text.includes(' to '), text: `${seq} ${text}` });
  }

  /** By the names that the log's people have. */
  sight({ nameOf }: GovernedLog): Sight {
    const { terms, charter } = this.#inForce;
    if (terms === undefined || charter === undefined) throw new Error(`never got in: ${this.#end}`);
    const shown = [...this.#shown.values()].map(
      ({ seq, from, text }) => [seq, `${nameOf(fromBase64url(from.idPk) ?? ME.pk)}: ${text}`] as const,
    );
    return {
      c: this.#log.c,
      end: this.#end,
      masks: masksOf(charter, nameOf),
      words: charter.words,
      terms,
      lines: this.#lines,
      shown: new Map(shown),
      unverified: this.#log.unverified,
      lies: this.#lies,
      others: this.#others,
    };
  }

  /** What the rules of this test say nothing about: marks on messages, by seq. */
  get marks(): readonly string[] {
    return [...this.#shown.values()].map(
      ({ seq, missingBefore, conflicting, late, pinned }) =>
        `${seq} +${missingBefore}${conflicting ? '!' : ''}${late ? '~' : ''}${pinned ? '^' : ''}`,
    );
  }
}

// Readers of one log are given the same charters.
const held = [new WeakMap<Uint8Array, boolean>(), new WeakMap<Uint8Array, boolean>()];

function holdsOnce(charter: Parameters<typeof holds>[0], ring: KeyRing): boolean {
  const known = held[ring.current.epoch];
  const verdict = known?.get(charter.bytes) ?? holds(charter, ID, ring);
  known?.set(charter.bytes, verdict);
  return verdict;
}

type NameOf = GovernedLog['nameOf'];

function charterText(charter: CharterInForce, nameOf: NameOf): string {
  return describeCharter(charter.words, masksOf(charter, nameOf));
}

function masksOf({ moderators }: CharterInForce, nameOf: NameOf) {
  return new Map(moderators.map(({ idPk, mask }) => [nameOf(idPk), mask]));
}

function newEpochOf({ command }: Pick<CountedCommand, 'command'>): number {
  return command.op === OP_CHARTER ? (decodeCharterArgs(command.args)?.newEpoch ?? 0) : 0;
}

/** An honest server's, to a page that holds the log up to `before`, or begins there. */
function welcomeOf(log: GovernedLog, at: number, before: number, isResumed: boolean): Welcome {
  const word = log.words[at];
  if (word === undefined) throw new Error('no such place');
  const { charter, ...rest } = word;
  return {
    ...WELCOME,
    ...rest,
    charter: charter.bytes,
    blob: charter.blob,
    logId: LOG_ID,
    seq: at,
    first: before + 1,
    mode: isResumed ? 'resume' : 'reset',
  };
}
