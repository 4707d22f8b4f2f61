// A picture over the whole page, and the way to the ones before and after it.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { background } from '../../background.ts';
import { Icon } from '../../ui/icon.tsx';
import { fileSize, fileTexts } from '../../words/files.ts';
import type { RoomView } from '../model/room-view.ts';
import { deskOf } from './room-file-desk.ts';

type ViewerProps = { readonly view: RoomView };

/** Nothing while no picture is looked at. */
export function PictureViewer({ view }: ViewerProps) {
  const { shared } = deskOf(view);
  const key = shared.viewed.value;
  return key === undefined ? null : <OpenViewer key="viewer" view={view} messageKey={key} />;
}

function OpenViewer({ view, messageKey }: ViewerProps & { readonly messageKey: string }) {
  const { shared } = deskOf(view);
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const file = view.timeline.message(messageKey)?.file;
  const state = shared.stateOf(messageKey).value;
  const close = () => {
    shared.viewed.value = undefined;
  };
  const go = (step: number) => {
    shared.viewed.value = neighborOf(view, messageKey, step) ?? messageKey;
  };
  if (file === undefined || state.at !== 'ready' || state.picture === undefined) return null;
  return (
    <dialog
      class="picture-viewer"
      ref={dialog}
      aria-label={fileTexts.viewer}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClose={({ currentTarget }) => {
        // As in dialog.tsx: told a frame late.
        if (currentTarget.isConnected) close();
      }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') go(-1);
        if (event.key === 'ArrowRight') go(1);
      }}
    >
      <div class="picture-viewer__bar">
        <span>
          <b dir="auto">{file.name}</b>
          <small>{fileSize(file.size)}</small>
        </span>
        <button
          class="icon-button"
          type="button"
          aria-label={fileTexts.save(file.name)}
          onClick={() => background(shared.save(messageKey, file))}
        >
          <Icon name="save" />
        </button>
        <button class="icon-button" type="button" aria-label={fileTexts.close} autofocus onClick={close}>
          <Icon name="x" />
        </button>
      </div>
      <img src={state.url} alt={file.name} width={state.picture.width} height={state.picture.height} />
      <Step view={view} messageKey={messageKey} step={-1} onGo={go} />
      <Step view={view} messageKey={messageKey} step={1} onGo={go} />
    </dialog>
  );
}

type StepProps = ViewerProps & {
  readonly messageKey: string;
  readonly step: 1 | -1;
  readonly onGo: (step: number) => void;
};

function Step({ view, messageKey, step, onGo }: StepProps) {
  if (neighborOf(view, messageKey, step) === undefined) return null;
  return (
    <button
      class={`icon-button picture-viewer__step picture-viewer__step--${step < 0 ? 'back' : 'on'}`}
      type="button"
      aria-label={step < 0 ? fileTexts.previous : fileTexts.next}
      onClick={() => onGo(step)}
    >
      <Icon name={step < 0 ? 'back' : 'forward'} flip />
    </button>
  );
}

/** The picture before or after it in the room, of those that are loaded. */
function neighborOf(view: RoomView, key: string, step: number): string | undefined {
  const seqOf = (one: string) => view.timeline.message(one)?.seq ?? 0;
  const ordered = [...deskOf(view).shared.pictures].sort((a, b) => seqOf(a) - seqOf(b));
  return ordered[ordered.indexOf(key) + step];
}
