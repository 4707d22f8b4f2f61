// A voice message before it is sent: recorded, listened to, thrown away.

import { effect, signal } from '@preact/signals';
import { background } from '../../background.ts';
import { attempt } from '../../browser/browser.ts';
import { type NoMicrophone, closeMicrophone, openMicrophone } from '../../browser/microphone.ts';
import type { RoomView } from '../model/room-view.ts';
import { AudioPlayer } from './audio-player.ts';
import { type RoomFileDesk, deskOf } from './room-file-desk.ts';
import { type Recorded, VoiceRecording } from './voice-recording.ts';

export type VoiceState =
  | { readonly at: 'asking' }
  | { readonly at: 'none'; readonly why: NoMicrophone }
  | { readonly at: 'recording'; readonly recording: VoiceRecording }
  | { readonly at: 'recorded'; readonly recorded: Recorded; readonly url: string };

/** Under this name, the player knows what was recorded. */
export const DRAFT = 'draft';

export class VoiceDesk {
  /** Undefined while no one records. */
  readonly state = signal<VoiceState | undefined>(undefined);
  readonly player = new AudioPlayer();
  readonly #desk: RoomFileDesk;

  constructor(view: RoomView) {
    const desk = deskOf(view);
    this.#desk = desk;
    effect(() => {
      if (desk.recorderIsOpen.value) background(this.#begin());
      else this.#clear();
    });
    effect(() => {
      const at = this.state.value?.at;
      desk.isRecorded.value = at === 'recording' || at === 'recorded';
    });
    view.filePort?.listen({ opened: () => {}, answered: () => {}, ended: () => this.#end() });
  }

  /** Throws away what there is. */
  close(): void {
    this.#desk.recorderIsOpen.value = false;
  }

  async stop(): Promise<void> {
    const state = this.state.peek();
    if (state?.at !== 'recording') return;
    const recorded = await state.recording.stop();
    if (this.state.peek() !== state) return;
    this.state.value = { at: 'recorded', recorded, url: URL.createObjectURL(recorded.blob) };
  }

  async send(): Promise<void> {
    await this.stop();
    const state = this.state.peek();
    if (state?.at !== 'recorded') return;
    this.close();
    await this.#desk.sendVoice(state.recorded);
  }

  async #begin(): Promise<void> {
    const asking: VoiceState = { at: 'asking' };
    this.state.value = asking;
    const stream = await openMicrophone();
    // Closed meanwhile: then no one may listen.
    if (this.state.peek() !== asking) {
      if (typeof stream !== 'string') closeMicrophone(stream);
      return;
    }
    this.player.pause();
    this.state.value = typeof stream === 'string' ? { at: 'none', why: stream } : this.#record(stream);
  }

  #record(stream: MediaStream): VoiceState {
    const recording = attempt(() => new VoiceRecording(stream, () => background(this.stop())));
    if (recording !== undefined) return { at: 'recording', recording };
    closeMicrophone(stream);
    return { at: 'none', why: 'missing' };
  }

  #clear(): void {
    const state = this.state.peek();
    this.state.value = undefined;
    if (state?.at === 'recording') state.recording[Symbol.dispose]();
    if (state?.at !== 'recorded') return;
    this.player.forget(DRAFT);
    URL.revokeObjectURL(state.url);
  }

  #end(): void {
    this.close();
    this.player[Symbol.dispose]();
  }
}

const desks = new WeakMap<RoomView, VoiceDesk>();

/** One for each room. */
export function voiceOf(view: RoomView): VoiceDesk {
  const known = desks.get(view) ?? new VoiceDesk(view);
  desks.set(view, known);
  return known;
}
