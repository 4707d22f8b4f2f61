// The texts about recordings: voice messages, and other files to listen to.

import { sentence } from './sentence.ts';

const CLOCK = { short: '{minutes}:{seconds}', long: '{hours}:{minutes}:{seconds}' } as const;

const two = (value: number) => `${value}`.padStart(2, '0');

/** `0:09`, `1:02:03`. */
function time(seconds: number): string {
  const all = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, two(all % 60)];
  return hours === 0
    ? sentence(CLOCK.short, { minutes, seconds: rest })
    : sentence(CLOCK.long, { hours, minutes: two(minutes), seconds: rest });
}

export const voiceTexts = {
  voice: 'Voice message',
  recording: 'Recording',
  discard: 'Discard recording',
  stop: 'Stop recording',
  send: 'Send voice message',
  close: 'Close',
  none: {
    insecure:
      'Voice messages need HTTPS. This page came over plain HTTP, where browsers don’t allow the microphone. Text and files still work.',
    refused: 'Your browser is blocking the microphone. Allow it for this site, then press the button again.',
    missing: 'No microphone was found, or another program is using it.',
  },

  play: (name: string) => sentence('Play {name}', { name }),
  pause: (name: string) => sentence('Pause {name}', { name }),
  position: (name: string) => sentence('Position in {name}', { name }),
  time,
  place: (at: number, end: number) => sentence('{at} / {end}', { at: time(at), end: time(end) }),
  times: (speed: number) => sentence('{speed}×', { speed }),
  speed: (speed: number) => sentence('Speed {speed}×', { speed }),
  unplayable: 'This browser can’t play it. You can save it.',
} as const;
