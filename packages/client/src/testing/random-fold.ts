// What is said about messages, told twice: by `Talk`, whatever the order of acceptance, and by a plain reading of the EFFECT
// rules over the whole log. Nothing is sealed, so many logs can be compared.

import { equalBytes, toHex } from '@mayfly/protocol';
import { type Content, contentOf } from '../content/content.ts';
import type { OpenedMessage } from '../crypto/envelope.ts';
import { type Candidate, VOUCHING_REACH } from '../log/chain.ts';
import { finish } from '../log/sliced.ts';
import { Talk } from '../log/talk.ts';
import type { Message, RoomNotice } from '../room-updates.ts';
import { ID } from './author.ts';
import { below, pick, seededRandom } from './random.ts';
import { type DrawnTarget, drawContent, drawVoting } from './random-talk.ts';

const MESSAGES = 40;
/** The first one may pin, the second is the reader. */
const NAMES = ['Ann', 'Bob', 'Carl'];
const PKS = NAMES.map((name) => seededRandom(`fold ${name}`)(32));
/** Places between one message and the next, around the reach of RECV-3. */
const STEPS = [1, 1, 1, 1, 2, 30, 200, 511, 512, 513];
const DENSE_STEPS = [1, 20, 60];

type Said = { readonly message: Candidate; readonly content: Content; readonly acceptedAt: number };

/** Of the logs of `count` seeds, those that show something other than the rules say. */
export function compareFolds(firstSeed: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => firstSeed + index).flatMap((seed) => {
    const log = drawTalk(seed);
    const wanted = readByRules(log);
    const ways = { 'one by one': inOrder(log), 'in one batch': [log], 'late ones late': asAccepted(log) };
    return Object.entries(ways).flatMap(([way, batches]) => {
      const shown = readInBatches(batches);
      return shown === wanted ? [] : [`seed ${seed}, ${way}: ${shown}, by the rules ${wanted}`];
    });
  });
}

function drawTalk(seed: number): readonly Said[] {
  const random = seededRandom(`fold ${seed}`);
  const targets: DrawnTarget[] = [];
  const isVoting = seed % 4 === 0;
  // Those that are sealed now and logged later: an effect can stand before its target.
  const drawn = Array.from({ length: MESSAGES }, (_, number) => {
    const who = below(random, NAMES.length);
    const author = NAMES[who] ?? '';
    const content = isVoting
      ? drawVoting(random, targets)
      : drawContent(random, author, number === 0 ? 1 : below(random, 7), targets);
    const mid = random(32);
    targets.push({ mid, ctype: content.ctype, author });
    return { ...content, mid, author, pk: PKS[who] ?? mid };
  });
  let index = 0;
  return shuffledALittle(drawn, random).map((one) => {
    index += pick(random, isVoting ? DENSE_STEPS : STEPS);
    const late = below(random, 4) === 0 ? below(random, VOUCHING_REACH + 1) : 0;
    const message = candidateOf(one, index);
    return { message, content: contentOf(message.opened), acceptedAt: index + late };
  });
}

function shuffledALittle<T>(all: readonly T[], random: (length: number) => Uint8Array): readonly T[] {
  const shuffled = [...all];
  for (let i = 1; i < shuffled.length; i++) {
    if (below(random, 6) > 0) continue;
    const [moved] = shuffled.splice(i, 1);
    if (moved !== undefined) shuffled.splice(Math.max(0, i - 1 - below(random, 5)), 0, moved);
  }
  return shuffled;
}

type Drawn = Pick<OpenedMessage, 'ctype' | 'ref' | 'body' | 'mid' | 'pk'> & { readonly author: string };

function candidateOf({ ctype, ref, body, mid, pk, author }: Drawn, index: number): Candidate {
  const nothing = new Uint8Array();
  const opened: OpenedMessage = {
    ctype,
    ...(ref && { ref }),
    flags: ref ? 1 : 0,
    body,
    mid,
    pk,
    name: author,
    at: index,
    sess: nothing,
    count: index,
    prev: nothing,
    signature: nothing,
    delH: nothing,
    ttl: 0,
    epoch: 0,
    statement: { logTag: nothing, seq: 0, events: 0, seen: nothing },
  };
  const sight = { header: '', hash: nothing, arrivedAt: index, live: true };
  const arrival = { ...sight, opened, overtaken: false, stated: undefined, heldFrom: 0, fromStart: false };
  return { ...arrival, index, mid: toHex(mid), conflicting: false };
}

const inOrder = (log: readonly Said[]) => log.map((said) => [said]);

/** By the event that made each acceptable; those of one event by place. */
function asAccepted(log: readonly Said[]): readonly (readonly Said[])[] {
  const moments = [...new Set(log.map(({ acceptedAt }) => acceptedAt))].sort((a, b) => a - b);
  return moments.map((moment) => log.filter(({ acceptedAt }) => acceptedAt === moment));
}

const mayPin = (pk: Uint8Array) => equalBytes(pk, PKS[0] ?? pk);

function readInBatches(batches: readonly (readonly Said[])[]): string {
  const talk = new Talk({ id: ID, idPk: PKS[1] ?? new Uint8Array(), mayPin });
  const messages = new Map<string, Message>();
  const notices = new Map<string, RoomNotice>();
  let head = 0;
  for (const batch of batches) {
    head = Math.max(head, ...batch.map(({ acceptedAt }) => acceptedAt));
    // A batch in one, or in order, has every event up to its last message.
    const shown = finish(
      talk.take(
        batch.map(({ message }) => message),
        { head, mayPinChanged: false },
      ),
    );
    for (const message of shown.messages) messages.set(message.key, message);
    for (const notice of shown.notices) notices.set(notice.key, notice);
  }
  const rows = [...messages.values()].sort((a, b) => a.seq - b.seq).map(rowOf);
  const lines = [...notices.values()].filter(({ what }) => what !== 'effect').sort((a, b) => a.seq - b.seq);
  return JSON.stringify([rows, lines.map(({ seq, what, target }) => [seq, what, target])]);
}

function rowOf(message: Message) {
  const { seq, text, edits, reactions, pinned, poll, replyTo } = message;
  return {
    seq,
    text,
    edits: edits?.map((edit) => edit.text) ?? [],
    reactions: reactions.map(({ emoji, people, own }) => [emoji, people.map(({ name }) => name), own]),
    pinned,
    poll: poll && [poll.closed, poll.options.map(({ voters, own }) => [voters.map(({ name }) => name), own])],
    replyTo: replyTo && [replyTo.key, replyTo.text],
  };
}

function readByRules(log: readonly Said[]): string {
  const rows = log.filter(({ content }) => ['text', 'file', 'poll', 'unsupported'].includes(content.kind));
  const refOf = ({ message }: Said) => message.mid.slice(0, 32);
  const rowsAndEffects = rows.map((row) => ({
    row,
    after: log.filter(
      ({ message, content }) =>
        'ref' in content && content.ref === refOf(row) && isInReach(message.index, row.message.index),
    ),
  }));
  const lines = rowsAndEffects.flatMap(({ row, after }) =>
    after.flatMap(({ message, content }) =>
      content.kind === 'pin' && canHaveAll(row) && mayPin(message.opened.pk)
        ? [[message.index, content.pinned ? 'pinned' : 'unpinned', row.message.mid] as const]
        : [],
    ),
  );
  const saved = log.flatMap(({ message, content }) =>
    content.kind === 'saved' ? [[message.index, 'saved', undefined] as const] : [],
  );
  const sorted = [...lines, ...saved].sort((a, b) => a[0] - b[0]);
  return JSON.stringify([rowsAndEffects.map((one) => rowByRules(one.row, one.after, log)), sorted]);
}

// EFFECT-1, EFFECT-9.
function isInReach(effect: number, target: number): boolean {
  return effect > target && effect <= target + 10_000;
}

function canHaveAll({ message, content }: Said): boolean {
  return content.kind === 'text' || content.kind === 'poll' || message.opened.ctype === 5;
}

function rowByRules(row: Said, after: readonly Said[], log: readonly Said[]) {
  const wordings = wordingsByRules(row, after);
  const { content } = row;
  return {
    seq: row.message.index,
    text: wordings.at(-1),
    edits: wordings.slice(0, -1),
    reactions: canHaveAll(row) ? reactionsByRules(after) : [],
    pinned: canHaveAll(row) && isPinnedByRules(after),
    poll: content.kind === 'poll' ? pollByRules(row, after, content.poll) : undefined,
    replyTo:
      (content.kind === 'text' || content.kind === 'file') && content.ref !== undefined
        ? replyByRules(row, content.ref, log)
        : undefined,
  };
}

function wordingsByRules({ message, content }: Said, after: readonly Said[]): readonly string[] {
  if (content.kind === 'poll') return [content.poll.question];
  if (content.kind !== 'text' && content.kind !== 'file') return [];
  const edits = after.flatMap((one) =>
    one.content.kind === 'edit' && equalBytes(one.message.opened.pk, message.opened.pk)
      ? [one.content.text]
      : [],
  );
  return [content.text, ...edits];
}

function replyByRules(row: Said, ref: string, log: readonly Said[]) {
  const before = log.filter(({ message }) => message.index < row.message.index);
  const target = before.find(
    ({ message, content }) =>
      message.mid.startsWith(ref) && ['text', 'file', 'poll', 'unsupported'].includes(content.kind),
  );
  if (target === undefined) return [undefined, undefined];
  const after = before.filter(
    ({ message, content }) =>
      'ref' in content && content.ref === ref && isInReach(message.index, target.message.index),
  );
  return [target.message.mid, wordingsByRules(target, after).at(-1)];
}

const plain = (text: string) => text.replace(/\uFE0F/g, '');
const nameOf = ({ message }: Said) => message.opened.name;

/** The last of each person, by place. */
function lastOfEach(all: readonly Said[]): readonly Said[] {
  return all.filter((one, i) => !all.slice(i + 1).some((later) => nameOf(later) === nameOf(one)));
}

function reactionsByRules(after: readonly Said[]) {
  const last = lastOfEach(after.filter(({ content }) => content.kind === 'reaction'));
  const groups: [string, string[], boolean][] = [];
  for (const one of last) {
    const emoji = one.content.kind === 'reaction' ? one.content.emoji : '';
    if (emoji === '') continue;
    const group = groups.find(([other]) => plain(other) === plain(emoji));
    if (group === undefined) groups.push([emoji, [nameOf(one)], nameOf(one) === NAMES[1]]);
    else {
      group[1].push(nameOf(one));
      group[2] ||= nameOf(one) === NAMES[1];
    }
  }
  return groups;
}

function isPinnedByRules(after: readonly Said[]): boolean {
  const last = after.findLast(({ message, content }) => content.kind === 'pin' && mayPin(message.opened.pk));
  return last?.content.kind === 'pin' && last.content.pinned;
}

function pollByRules(
  row: Said,
  after: readonly Said[],
  { options, many }: { readonly options: readonly string[]; readonly many: boolean },
) {
  const end = after.findIndex(
    (one) => one.content.kind === 'vote' && one.content.vote === 'close' && nameOf(one) === nameOf(row),
  );
  const fitting = (end === -1 ? after : after.slice(0, end)).filter(({ content }) => {
    if (content.kind !== 'vote' || content.vote === 'close') return false;
    const { chosen } = content.vote;
    return chosen.every((option) => option < options.length) && (many || chosen.length < 2);
  });
  const last = lastOfEach(fitting);
  const voters = options.map((_, option) =>
    last.filter(
      ({ content }) =>
        content.kind === 'vote' && content.vote !== 'close' && content.vote.chosen.includes(option),
    ),
  );
  return [end !== -1, voters.map((of) => [of.map(nameOf), of.some((one) => nameOf(one) === NAMES[1])])];
}
