// The player of recordings: one at a time, whatever a recording says about its length.

import { expect, test } from 'vitest';
import { type AudioElement, AudioPlayer } from './audio-player.ts';

/** A browser's player; `real`: how long the recording is, which it may have to find out. */
class AudioDouble extends EventTarget implements AudioElement {
  duration = Number.NaN;
  playbackRate = 1;
  real = 24;
  knows = true;
  plays = 0;
  #src = '';
  #at = 0;
  #isPaused = true;

  get src(): string {
    return this.#src;
  }

  set src(url: string) {
    this.#src = url;
    this.#at = 0;
    this.duration = Number.NaN;
  }

  get currentTime(): number {
    return this.#at;
  }

  set currentTime(seconds: number) {
    this.#at = Math.min(seconds, this.real);
    if (seconds > this.real) this.#know(this.real);
    this.say('seeked');
  }

  load(): void {
    this.duration = this.knows ? this.real : Infinity;
    this.say('loadedmetadata');
  }

  #know(seconds: number): void {
    this.duration = seconds;
    this.say('durationchange');
  }

  play(): Promise<void> {
    this.plays += 1;
    this.#isPaused = false;
    this.say('play');
    return Promise.resolve();
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.say('pause');
  }

  removeAttribute(): void {
    this.#src = '';
  }

  say(event: string): void {
    this.dispatchEvent(new Event(event));
  }
}

function player() {
  const audio = new AudioDouble();
  return { audio, player: new AudioPlayer(audio) };
}

test('one plays at a time: another one begins at its beginning', () => {
  const { audio, player: one } = player();
  one.toggle('a', 'blob:a');
  audio.load();
  one.seek(10);
  expect([one.current.value, one.isPlaying.value, one.atS.value]).toEqual(['a', true, 10]);
  one.toggle('b', 'blob:b');
  audio.load();
  expect([one.current.value, one.isPlaying.value, one.atS.value, audio.src]).toEqual([
    'b',
    true,
    0,
    'blob:b',
  ]);
  one.toggle('b', 'blob:b');
  expect(one.isPlaying.value).toBe(false);
});

test('a recording that doesn’t say how long it is plays from its beginning, once that is found out', () => {
  const { audio, player: one } = player();
  audio.knows = false;
  one.toggle('a', 'blob:a');
  audio.load();
  expect(one.endS.value).toBe(24);
  expect([audio.currentTime, one.atS.value, one.isPlaying.value]).toEqual([0, 0, true]);
});

test('one without an end is shown as a day, and neither end nor place leave it', () => {
  const { audio, player: one } = player();
  audio.real = 1e9;
  one.toggle('a', 'blob:a');
  audio.load();
  one.seek(1e12);
  expect([one.endS.value, one.atS.value]).toEqual([86_400, 86_400]);
  one.seek(-5);
  expect(one.atS.value).toBe(0);
});

test('paused before its length is known, it stays silent', () => {
  const { audio, player: one } = player();
  audio.knows = false;
  one.toggle('a', 'blob:a');
  one.toggle('a', 'blob:a');
  audio.load();
  expect([one.isPlaying.value, audio.currentTime]).toEqual([false, 0]);
});

test('at its end it is at its beginning', () => {
  const { audio, player: one } = player();
  one.toggle('a', 'blob:a');
  audio.load();
  one.seek(24);
  audio.say('ended');
  expect([one.isPlaying.value, one.atS.value]).toEqual([false, 0]);
});

test('the speed stays for the next one', () => {
  const { audio, player: one } = player();
  for (const speed of [1.5, 2, 1, 1.5]) {
    one.nextSpeed();
    expect(one.speed.value).toBe(speed);
  }
  one.toggle('b', 'blob:b');
  expect(audio.playbackRate).toBe(1.5);
});

test('what the browser can’t play is known as such, and what is let go is silent', () => {
  const { audio, player: one } = player();
  one.toggle('a', 'blob:a');
  audio.say('error');
  expect([one.broken.value.has('a'), one.current.value]).toEqual([true, undefined]);
  one.toggle('b', 'blob:b');
  one.forget('a');
  expect(one.current.value).toBe('b');
  one.forget('b');
  expect([one.current.value, one.isPlaying.value, audio.src]).toEqual([undefined, false, '']);
});
