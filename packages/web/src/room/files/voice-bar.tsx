// In place of the composer's row while a voice message is recorded and listened to; or why there is none.

import { useEffect, useRef } from 'preact/hooks';
import { background } from '../../background.ts';
import { Icon, Stroke } from '../../ui/icon.tsx';
import { voiceTexts } from '../../words/voice.ts';
import type { RoomView } from '../model/room-view.ts';
import { AudioRow } from './audio-row.tsx';
import { DRAFT, type VoiceDesk, type VoiceState, voiceOf } from './voice-desk.ts';
import type { VoiceRecording } from './voice-recording.ts';
import { Wave } from './voice-wave.tsx';
import { liveBars } from './wave.ts';

type VoiceBarProps = { readonly view: RoomView };

const BIN =
  'M5 7.5h14M10 4.5h4M7 7.5l.8 11.2a1.5 1.5 0 0 0 1.5 1.3h5.4a1.5 1.5 0 0 0 1.5-1.3L17 7.5M10.5 11v5M13.5 11v5';
const STOP = 'M7 7h10v10H7Z';

export function VoiceBar({ view }: VoiceBarProps) {
  const voice = voiceOf(view);
  const state = voice.state.value;
  if (state === undefined || state.at === 'asking') return null;
  if (state.at === 'none') return <NoVoice voice={voice} why={state.why} />;
  return (
    <div class="voice-bar" role="group" aria-label={voiceTexts.voice}>
      <button class="icon-button" type="button" aria-label={voiceTexts.discard} onClick={() => voice.close()}>
        <Stroke path={BIN} />
      </button>
      {state.at === 'recording' ? (
        <Recording voice={voice} recording={state.recording} />
      ) : (
        <Recorded voice={voice} state={state} />
      )}
      <button
        class="btn btn--primary send"
        type="button"
        aria-label={voiceTexts.send}
        onClick={() => background(voice.send())}
      >
        <Icon name="up" />
      </button>
    </div>
  );
}

type RecordingProps = { readonly voice: VoiceDesk; readonly recording: VoiceRecording };

function Recording({ voice, recording }: RecordingProps) {
  const stop = useRef<HTMLButtonElement>(null);
  useEffect(() => stop.current?.focus(), []);
  return (
    <>
      <span class="voice-bar__time" role="timer" aria-label={voiceTexts.recording}>
        {voiceTexts.time(recording.elapsedMs.value / 1000)}
      </span>
      <Wave bars={liveBars(recording.levels.value)} played={1} />
      <button
        class="icon-button"
        type="button"
        ref={stop}
        aria-label={voiceTexts.stop}
        onClick={() => background(voice.stop())}
      >
        <Stroke path={STOP} />
      </button>
    </>
  );
}

type RecordedProps = {
  readonly voice: VoiceDesk;
  readonly state: Extract<VoiceState, { at: 'recorded' }>;
};

function Recorded({ voice, state: { recorded, url } }: RecordedProps) {
  return (
    <AudioRow
      player={voice.player}
      id={DRAFT}
      name={voiceTexts.voice}
      durationMs={recorded.durationMs}
      wave={recorded.wave}
      onPlay={() => voice.player.toggle(DRAFT, url)}
    />
  );
}

type NoVoiceProps = { readonly voice: VoiceDesk; readonly why: Extract<VoiceState, { at: 'none' }>['why'] };

function NoVoice({ voice, why }: NoVoiceProps) {
  return (
    <div class="voice-none note note--warn" role="alert">
      <Icon name="alert" small />
      <span>{voiceTexts.none[why]}</span>
      <button class="icon-button" type="button" aria-label={voiceTexts.close} onClick={() => voice.close()}>
        <Icon name="x" small />
      </button>
    </div>
  );
}
