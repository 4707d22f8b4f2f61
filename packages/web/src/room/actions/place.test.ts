import { expect, test } from 'vitest';
import { beside, menuBeside, within } from './place.ts';

const frame = { left: 100, right: 900, top: 50, bottom: 650 };
const box = (left: number, right: number, top = 300, bottom = 340) => ({ left, right, top, bottom });
const bar = { width: 112, height: 40 };

test('the bar stands on the side with more room, at half the height of the bubble', () => {
  expect(beside(bar, box(120, 400), frame)).toEqual({ x: 408, y: 300 });
  expect(beside(bar, box(600, 880), frame)).toEqual({ x: 480, y: 300 });
});

test('where neither side has enough, it stands above the bubble, and in the frame', () => {
  expect(beside(bar, box(150, 850), frame)).toEqual({ x: 780, y: 268 });
  expect(beside(bar, box(150, 850, 40, 90), frame)).toEqual({ x: 780, y: 58 });
});

test('a menu is level with the lower edge of the bubble, unless that is outside of the frame', () => {
  const menu = { width: 250, height: 300 };
  expect(menuBeside(menu, box(600, 880), frame)).toEqual({ x: 342, y: 58 });
  expect(menuBeside(menu, box(600, 880, 560, 600), frame)).toEqual({ x: 342, y: 300 });
});

test('what is larger than the frame begins at its start', () => {
  expect(within({ width: 2000, height: 2000 }, { x: 500, y: 500 }, frame)).toEqual({ x: 108, y: 58 });
});
