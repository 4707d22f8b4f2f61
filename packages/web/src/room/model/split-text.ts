// A text that is too long for one message, as several.

import { hasVisibleText } from '@mayfly/client';
import { BODY_BYTES_MAX } from '@mayfly/protocol';

/** More are not offered. */
export const PARTS_MAX = 50;

/** A block of code that is open: the line that opened it, and what closes it. */
type Fence = { readonly opening: string; readonly marks: string };

const FENCE_LINE = /^ {0,3}(`{3,20}|~{3,20})([^\n]{0,80})$/u;
/** A line break and the longest marks. */
const CLOSING_BYTES = 24;

/**
 * In order, each of at most `bytesMax` bytes (UTF-8), split between paragraphs, lines or words if possible. A block of
 * code is closed at the end of a part and opened again in the next. Undefined if that makes more than `PARTS_MAX`.
 */
export function splitText(text: string, bytesMax = BODY_BYTES_MAX): readonly string[] | undefined {
  const parts: string[] = [];
  let rest = text;
  let fence: Fence | undefined;
  while (rest !== '') {
    if (parts.length === PARTS_MAX) return undefined;
    const head = fence === undefined ? '' : `${fence.opening}\n`;
    const end = endOfPart(rest, bytesMax - bytesOf(head));
    const part = (head + rest.slice(0, end)).trimEnd();
    rest = rest.slice(end);
    fence = fenceLeftOpen(part);
    parts.push(rest === '' || fence === undefined ? part : `${part}\n${fence.marks}`);
    rest = rest.replace(fence === undefined ? /^\s*\n/u : /^[^\S\n]*\n/u, '');
  }
  return parts.filter(hasVisibleText);
}

function endOfPart(text: string, room: number): number {
  if (unitsThatFit(text, room) === text.length) return text.length;
  const limit = unitsThatFit(text, room - CLOSING_BYTES);
  return breakBefore(text.slice(0, limit)) ?? wholeCharacterBefore(text, limit);
}

/** After the last break in the second half: of a paragraph, else of a line, else of a word. */
function breakBefore(text: string): number | undefined {
  const half = Math.floor(text.length / 2);
  for (const kind of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(kind);
    if (at >= half) return at + kind.length;
  }
  return undefined;
}

/** The fence that a text leaves open. */
function fenceLeftOpen(text: string): Fence | undefined {
  let open: Fence | undefined;
  for (const line of text.split('\n')) {
    const [opening, marks = '', info = ''] = FENCE_LINE.exec(line) ?? [];
    if (opening === undefined) continue;
    if (open === undefined)
      open = marks.startsWith('`') && info.includes('`') ? undefined : { opening, marks };
    else if (info.trim() === '' && marks.startsWith(open.marks)) open = undefined;
  }
  return open;
}

/** How many units at the start take at most `bytes`; surrogate pairs stay whole. */
function unitsThatFit(text: string, bytes: number): number {
  let left = bytes;
  let units = 0;
  while (units < text.length) {
    const point = text.codePointAt(units) ?? 0;
    left -= bytesOfPoint(point);
    if (left < 0) break;
    units += point > 0xffff ? 2 : 1;
  }
  return units;
}

/** A surrogate without its other half is sent as U+FFFD. */
function bytesOfPoint(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point > 0xffff ? 4 : 3;
}

function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += bytesOfPoint(character.codePointAt(0) ?? 0);
  return bytes;
}

/** So far back a character may begin that would be torn apart. */
const CHARACTER_POINTS_MAX = 32;
const JOINS_BEFORE = /^(?:\p{M}|\p{Emoji_Modifier}|\u200D|[\u{E0020}-\u{E007F}])/u;
const JOINS_AFTER = /\u200D$/u;
const FLAG_HALVES = /[\u{1F1E6}-\u{1F1FF}]*$/u;
const FLAG_HALF = /^[\u{1F1E6}-\u{1F1FF}]/u;

/** Browsers differ in where they end a character, and some can't tell: accents, joined emoji and flags stay whole here. */
function wholeCharacterBefore(text: string, limit: number): number {
  let at = limit;
  for (let points = 0; points < CHARACTER_POINTS_MAX && at > 0; points++) {
    if (!isInsideCharacter(text, at)) return at;
    at -= (text.codePointAt(at - 2) ?? 0) > 0xffff ? 2 : 1;
  }
  return limit;
}

function isInsideCharacter(text: string, at: number): boolean {
  const next = text.slice(at, at + 2);
  const before = text.slice(Math.max(0, at - 2 * CHARACTER_POINTS_MAX), at);
  if (JOINS_BEFORE.test(next) || JOINS_AFTER.test(before)) return true;
  const halves = FLAG_HALF.test(next) ? (FLAG_HALVES.exec(before)?.[0].length ?? 0) / 2 : 0;
  return halves % 2 === 1;
}
