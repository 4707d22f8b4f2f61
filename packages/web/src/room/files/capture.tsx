// Beside the field while nothing is written: the camera of a phone, and the microphone.

import { useRef } from 'preact/hooks';
import { mediaMatches } from '../../browser/browser.ts';
import { Stroke } from '../../ui/icon.tsx';
import { fileTexts } from '../../words/files.ts';
import type { RoomView } from '../model/room-view.ts';
import { deskOf } from './room-file-desk.ts';
import { voicePart } from './voice-loader.ts';

type CaptureProps = { readonly view: RoomView };

const CAMERA =
  'M4.5 7.5h3L9 5h6l1.5 2.5h3A1.5 1.5 0 0 1 21 9v8.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5V9a1.5 1.5 0 0 1 1.5-1.5ZM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 1 0 0-7Z';
const MICROPHONE =
  'M12 3.5a3 3 0 0 0-3 3v5a3 3 0 1 0 6 0v-5a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v2.5';

export function Capture({ view }: CaptureProps) {
  const desk = deskOf(view);
  const { text, about } = view.draft;
  const isBusy = text.value !== '' || about.value?.what === 'edit' || desk.items.value.length > 0;
  if (isBusy) return null;
  return (
    <>
      {mediaMatches('(pointer: coarse)') && <CameraButton view={view} />}
      <button
        class="icon-button capture"
        type="button"
        aria-label={fileTexts.record}
        onClick={() => {
          voicePart.want();
          desk.recorderIsOpen.value = true;
        }}
      >
        <Stroke path={MICROPHONE} />
      </button>
    </>
  );
}

function CameraButton({ view }: CaptureProps) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        ref={picker}
        onChange={({ currentTarget }) => {
          view.attach(currentTarget.files);
          currentTarget.value = '';
        }}
      />
      <button
        class="icon-button"
        type="button"
        aria-label={fileTexts.camera}
        onClick={() => picker.current?.click()}
      >
        <Stroke path={CAMERA} />
      </button>
    </>
  );
}
