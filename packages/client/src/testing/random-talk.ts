// Random contents of every kind, and hostile ones: about nothing, about an effect, about another's message, malformed.

import { CTYPE } from '../content/ctype.ts';
import { writeFile } from '../content/file.ts';
import { writePoll } from '../content/poll.ts';
import type { RandomBytes } from '../crypto/random.ts';
import { below, pick } from './random.ts';

/** A content as it is sealed. */
export type DrawnContent = { readonly ctype: number; readonly ref?: Uint8Array; readonly body: string };

/** What others may be about: its mid, and what it is. */
export type DrawnTarget = { readonly mid: Uint8Array; readonly ctype: number; readonly author: string };

const EMOJI = ['👍', '❤️', '❤', '🎉', ''];
const FEW = 3;
const VOTES = ['', '0', '1', '2', '01', '12', '9', 'x', 'x'];
const POLLS = [
  { question: 'one?', options: ['a', 'b', 'c'], many: false },
  { question: 'many?', options: ['a', 'b'], many: true },
].map(writePoll);
/** Of no kind that this version shows, or not fit for theirs. */
const ODD: readonly DrawnContent[] = [
  { ctype: CTYPE.file, body: 'a file' },
  { ctype: 99, body: 'later' },
  { ctype: CTYPE.reaction, body: '👍' },
  { ctype: CTYPE.poll, body: '{}' },
  { ctype: CTYPE.notice, body: '3' },
  { ctype: CTYPE.notice, body: '9' },
];

/** `number`: of the message in its chain; the first ones are mostly what others are about. */
export function drawContent(
  random: RandomBytes,
  author: string,
  number: number,
  targets: readonly DrawnTarget[],
): DrawnContent {
  const chance = below(random, 100);
  if (chance < 4) return pick(random, ODD);
  if (number <= 2 || chance < 12 || targets.length === 0) return drawStart(random, number, targets);
  if (chance < 30) return about(random, CTYPE.edit, `edit ${number}`, preferred(targets, author));
  if (chance < 58) return about(random, CTYPE.reaction, pick(random, EMOJI), targets);
  if (chance < 70) return about(random, CTYPE.notice, pick(random, ['1', '1', '2']), targets);
  const polls = targets.filter(({ ctype }) => ctype === CTYPE.poll);
  return drawVote(random, polls.length > 0 ? polls : targets);
}

/** A poll, or a vote in one of these. */
export function drawVoting(random: RandomBytes, targets: readonly DrawnTarget[]): DrawnContent {
  return targets.length === 0
    ? { ctype: CTYPE.poll, body: pick(random, POLLS) }
    : drawVote(random, targets.slice(0, 1));
}

function drawVote(random: RandomBytes, targets: readonly DrawnTarget[]): DrawnContent {
  return about(random, CTYPE.vote, pick(random, VOTES), targets);
}

function drawStart(random: RandomBytes, number: number, targets: readonly DrawnTarget[]): DrawnContent {
  const chance = below(random, 3);
  if (chance === 0) return { ctype: CTYPE.poll, body: pick(random, POLLS) };
  if (chance === 1 && below(random, 2) === 0) return drawFile(random, number, targets);
  if (chance === 1 || targets.length === 0) return { ctype: CTYPE.text, body: `text ${number}` };
  return about(random, CTYPE.text, `reply ${number}`, targets);
}

function drawFile(random: RandomBytes, number: number, targets: readonly DrawnTarget[]): DrawnContent {
  const body = fileOf(below(random, 2) === 0 ? '' : `caption ${number}`);
  return targets.length === 0 ? { ctype: CTYPE.file, body } : about(random, CTYPE.file, body, targets);
}

function fileOf(caption: string): string {
  const file = {
    fid: new Uint8Array(16),
    key: new Uint8Array(32),
    size: 5,
    hash: new Uint8Array(32),
    name: 'a.txt',
    mime: 'text/plain',
    width: undefined,
    height: undefined,
    durationMs: undefined,
    wave: undefined,
    thumb: undefined,
  };
  return writeFile(file, caption);
}

function about(
  random: RandomBytes,
  ctype: number,
  body: string,
  targets: readonly DrawnTarget[],
): DrawnContent {
  const nothing = below(random, 20) === 0;
  // Often the same few targets, to make effects collide.
  const among = below(random, 3) > 0 ? targets.slice(0, FEW) : targets;
  const mid = nothing ? random(32) : pick(random, among).mid;
  return { ctype, body, ref: mid.slice(0, 16) };
}

// Mostly one's own.
function preferred(targets: readonly DrawnTarget[], author: string): readonly DrawnTarget[] {
  const own = targets.filter((target) => target.author === author);
  return own.length > 0 ? [...own, ...own, ...own, ...targets.slice(-1)] : targets;
}
