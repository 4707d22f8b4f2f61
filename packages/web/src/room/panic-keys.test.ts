import { expect, test } from 'vitest';
import { PanicKeys } from './panic-keys.ts';

const press = (timeStamp: number, other: Partial<KeyboardEvent> = {}) => ({
  key: 'Escape',
  repeat: false,
  isComposing: false,
  timeStamp,
  ...other,
});

/** Which of these presses is a panic. */
function panics(...presses: readonly ReturnType<typeof press>[]): readonly boolean[] {
  const keys = new PanicKeys();
  return presses.map((one) => keys.press(one));
}

test('the third Esc within a second', () => {
  expect(panics(press(5000), press(5500), press(6000))).toEqual([false, false, true]);
});

test('three in more than a second are not; the last three count', () => {
  expect(panics(press(0), press(500), press(1001))).toEqual([false, false, false]);
  expect(panics(press(0), press(900), press(1100), press(1300))).toEqual([false, false, false, true]);
});

test('another key in between starts the count again', () => {
  expect(panics(press(0), press(100), press(200, { key: 'a' }), press(300), press(400))).not.toContain(true);
});

test('a key held down is one press', () => {
  const held = Array.from({ length: 9 }, (_, i) => press(i * 30, { repeat: i > 0 }));
  expect(panics(...held)).not.toContain(true);
});

test('Esc that cancels a composition of an input method does not count', () => {
  expect(panics(press(0, { isComposing: true }), press(100), press(200))).not.toContain(true);
});
