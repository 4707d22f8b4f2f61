// Two short tones, made here: one for a message, both for a mention.

import { background } from '../background.ts';
import { attempt } from './browser.ts';

const NOTES = { message: [660], mention: [660, 880] } as const;
const NOTE_S = 0.14;
const LOUDNESS = 0.12;

export type Tone = keyof typeof NOTES;

let audio: AudioContext | undefined;

/** Silent where the browser allows no sound. Before the first click or key press in a page, none does. */
export function playTone(tone: Tone): void {
  if (!mayPlay()) return;
  audio ??= attempt(() => new AudioContext());
  if (audio !== undefined) background(play(audio, tone));
}

function mayPlay(): boolean {
  return attempt(() => navigator.userActivation.hasBeenActive) ?? true;
}

async function play(context: AudioContext, tone: Tone): Promise<void> {
  try {
    await context.resume();
    NOTES[tone].forEach((hertz, index) => playNote(context, hertz, context.currentTime + index * NOTE_S));
  } catch {
    // No device to play on.
  }
}

/** Fades in and out: without, the ends of a tone click. */
function playNote(context: AudioContext, hertz: number, at: number): void {
  const [oscillator, volume] = [context.createOscillator(), context.createGain()];
  oscillator.frequency.value = hertz;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + NOTE_S);
}
