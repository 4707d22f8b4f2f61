// A shared recording in its bubble.

import type { SharedFile } from '@mayfly/client';
import { useEffect, useRef } from 'preact/hooks';
import { background } from '../../background.ts';
import { Icon } from '../../ui/icon.tsx';
import { fileSize, fileTexts } from '../../words/files.ts';
import { voiceTexts } from '../../words/voice.ts';
import type { RoomView } from '../model/room-view.ts';
import { AudioRow } from './audio-row.tsx';
import { deskOf } from './room-file-desk.ts';
import type { FileState } from './shared-files.ts';
import { voiceOf } from './voice-desk.ts';

type AudioBubbleProps = {
  readonly messageKey: string;
  readonly file: SharedFile;
  readonly state: FileState;
  readonly view: RoomView;
};

/** A voice message has a wave; any other recording its name, and a way to save it. */
export function AudioBubble({ messageKey, file, state, view }: AudioBubbleProps) {
  const { player } = voiceOf(view);
  const { shared } = deskOf(view);
  const isVoice = file.wave !== undefined;
  const isBroken = player.broken.value.has(messageKey);
  const isWanted = useRef(false);
  const play = () => {
    isWanted.current = state.at !== 'ready';
    if (state.at === 'ready') player.toggle(messageKey, state.url);
    else shared.load(messageKey, file);
  };
  useEffect(() => {
    if (isWanted.current && state.at === 'ready') play();
  }, [state.at]);
  useEffect(
    () => () => {
      // Out of sight it plays on; taken back, it is silent.
      if (view.timeline.message(messageKey) === undefined) player.forget(messageKey);
    },
    [messageKey],
  );
  return (
    <div class="audio-bubble">
      {!isVoice && (
        <span class="audio-bubble__head">
          <span>
            <b dir="auto">{file.name}</b>
            <small>{fileSize(file.size)}</small>
          </span>
          <SaveButton messageKey={messageKey} file={file} view={view} />
        </span>
      )}
      <AudioRow
        player={player}
        id={messageKey}
        name={isVoice ? voiceTexts.voice : file.name}
        durationMs={file.durationMs}
        wave={file.wave}
        onPlay={play}
      />
      {state.at === 'loading' && (
        <small class="audio-bubble__note">{fileTexts.loading(state.percent, file.size)}</small>
      )}
      {isBroken && (
        <span class="audio-bubble__head">
          <small role="alert">{voiceTexts.unplayable}</small>
          {isVoice && <SaveButton messageKey={messageKey} file={file} view={view} />}
        </span>
      )}
    </div>
  );
}

function SaveButton({ messageKey, file, view }: Omit<AudioBubbleProps, 'state'>) {
  return (
    <button
      class="icon-button"
      type="button"
      aria-label={fileTexts.save(file.name)}
      onClick={() => background(deskOf(view).shared.save(messageKey, file))}
    >
      <Icon name="save" />
    </button>
  );
}
