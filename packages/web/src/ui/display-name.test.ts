import { describe, expect, test } from 'vitest';
import { isNameTooLong, nameRoomLeft } from './display-name.ts';

describe('a display name', () => {
  test('may have 50 characters, and no more', () => {
    expect(isNameTooLong('n'.repeat(50))).toBe(false);
    expect(isNameTooLong('n'.repeat(51))).toBe(true);
  });

  test('may have 100 bytes: 25 emoji fit, 26 do not', () => {
    expect(isNameTooLong('🦋'.repeat(25))).toBe(false);
    expect(isNameTooLong('🦋'.repeat(26))).toBe(true);
  });

  test('is counted without the spaces around it', () => {
    expect(isNameTooLong(`  ${'n'.repeat(50)}  `)).toBe(false);
  });
});

describe('the characters left', () => {
  test('are shown only near the limit', () => {
    expect(nameRoomLeft('')).toBeUndefined();
    expect(nameRoomLeft('n'.repeat(39))).toBeUndefined();
    expect(nameRoomLeft('n'.repeat(40))).toBe(10);
    expect(nameRoomLeft('n'.repeat(50))).toBe(0);
    expect(nameRoomLeft('n'.repeat(70))).toBe(0);
  });

  test('follow the bytes where those are the tighter limit', () => {
    expect(nameRoomLeft('🦋'.repeat(14))).toBeUndefined();
    expect(nameRoomLeft('🦋'.repeat(24))).toBe(1);
    expect(nameRoomLeft('🦋'.repeat(25))).toBe(0);
  });
});
