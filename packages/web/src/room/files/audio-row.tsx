// A recording to listen to: play and pause, the place in it, and the speed.

import { Stroke } from '../../ui/icon.tsx';
import { voiceTexts } from '../../words/voice.ts';
import type { AudioPlayer } from './audio-player.ts';
import { Wave } from './voice-wave.tsx';
import { barsOf } from './wave.ts';

type AudioRowProps = {
  readonly player: AudioPlayer;
  /** What the player calls it. */
  readonly id: string;
  readonly name: string;
  /** As far as anyone says. */
  readonly durationMs: number | undefined;
  readonly wave: Uint8Array | undefined;
  readonly onPlay: () => void;
};

const PLAY = 'M8.5 5.5v13l10-6.5-10-6.5Z';
const PAUSE = 'M9 6v12M15 6v12';
const STEP_S = 5;

export function AudioRow({ player, id, name, durationMs = 0, wave, onPlay }: AudioRowProps) {
  const isCurrent = player.current.value === id;
  const isPlaying = isCurrent && player.isPlaying.value;
  const end = (isCurrent && player.endS.value) || durationMs / 1000;
  const at = isCurrent ? Math.min(player.atS.value, end) : 0;
  return (
    <div class="audio">
      <button
        class="icon-button audio__play"
        type="button"
        aria-label={isPlaying ? voiceTexts.pause(name) : voiceTexts.play(name)}
        onClick={onPlay}
      >
        <Stroke path={isPlaying ? PAUSE : PLAY} />
      </button>
      <span class="audio__track">
        <Wave bars={barsOf(wave)} played={end > 0 ? at / end : 0} />
        <input
          type="range"
          min={0}
          max={end}
          step="any"
          value={at}
          disabled={!isCurrent}
          aria-label={voiceTexts.position(name)}
          aria-valuetext={voiceTexts.place(at, end)}
          onInput={({ currentTarget }) => player.seek(currentTarget.valueAsNumber)}
          onKeyDown={(event) => {
            const step = stepOf(event.key);
            if (step === 0) return;
            event.preventDefault();
            player.seek(at + step);
          }}
        />
      </span>
      {end > 0 && (
        <small class="audio__time">{isCurrent ? voiceTexts.place(at, end) : voiceTexts.time(end)}</small>
      )}
      {isCurrent && (
        <button
          class="btn audio__speed"
          type="button"
          aria-label={voiceTexts.speed(player.speed.value)}
          onClick={() => player.nextSpeed()}
        >
          {voiceTexts.times(player.speed.value)}
        </button>
      )}
    </div>
  );
}

function stepOf(key: string): number {
  if (key === 'ArrowRight' || key === 'ArrowUp') return STEP_S;
  return key === 'ArrowLeft' || key === 'ArrowDown' ? -STEP_S : 0;
}
