// A picture over the whole page, and the way to the ones before and after it.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { background } from '../../background.ts';
import { Icon, Stroke } from '../../ui/icon.tsx';
import { fileSize, fileTexts } from '../../words/files.ts';
import type { RoomView } from '../model/room-view.ts';
import { shownText } from '../text/shown-text.ts';
import { deskOf } from './room-file-desk.ts';
import type { FileState } from './shared-files.ts';
import { ZoomGestures } from './zoom-gestures.ts';

type ViewerProps = { readonly view: RoomView };

/** Nothing while no picture is looked at. */
export function PictureViewer({ view }: ViewerProps) {
  const { shared } = deskOf(view);
  const key = shared.viewed.value;
  return key === undefined ? null : <OpenViewer key="viewer" view={view} messageKey={key} />;
}

type OpenViewerProps = ViewerProps & { readonly messageKey: string };

const ZOOM = 'M10.8 4.5a6.3 6.3 0 1 0 0 12.6 6.3 6.3 0 1 0 0-12.6ZM15.5 15.5l4.7 4.7M8 10.8h5.6';
const ZOOM_IN = `${ZOOM}M10.8 8v5.6`;
const KEY_FACTOR = 1.5;

function OpenViewer({ view, messageKey }: OpenViewerProps) {
  const { shared } = deskOf(view);
  const dialog = useRef<HTMLDialogElement>(null);
  const gestures = useRef<ZoomGestures>(null);
  const [isZoomed, setZoomed] = useState(false);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const message = view.timeline.message(messageKey);
  const file = message?.file;
  const state = shared.stateOf(messageKey).value;
  const close = () => {
    shared.viewed.value = undefined;
  };
  const go = (step: number) => {
    shared.viewed.value = placeOf(view, messageKey).at(step) ?? messageKey;
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
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') go(-1);
        if (key === 'ArrowRight') go(1);
        if (key === '+' || key === '=') gestures.current?.by(KEY_FACTOR);
        if (key === '-') gestures.current?.by(1 / KEY_FACTOR);
        if (key === '0') gestures.current?.by(0);
      }}
    >
      <div class="picture-viewer__bar">
        <span>
          <b dir="auto">{file.name}</b>
          <small>{fileTexts.viewed(fileSize(file.size), placeOf(view, messageKey))}</small>
        </span>
        <button
          class="icon-button"
          type="button"
          aria-label={isZoomed ? fileTexts.zoomOut : fileTexts.zoomIn}
          onClick={() => gestures.current?.toggle()}
        >
          <Stroke path={isZoomed ? ZOOM : ZOOM_IN} />
        </button>
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
      <Framed
        key={messageKey}
        name={file.name}
        state={state}
        gestures={gestures}
        onZoom={setZoomed}
        onStep={go}
        onClose={close}
      />
      {message?.text && (
        <p class="picture-viewer__caption" dir="auto">
          {shownText(message.text)}
        </p>
      )}
      <Step view={view} messageKey={messageKey} step={-1} onGo={go} />
      <Step view={view} messageKey={messageKey} step={1} onGo={go} />
    </dialog>
  );
}

type FramedProps = {
  readonly name: string;
  readonly state: Extract<FileState, { at: 'ready' }>;
  readonly gestures: { current: ZoomGestures | null };
  readonly onZoom: (isZoomed: boolean) => void;
  readonly onStep: (step: number) => void;
  readonly onClose: () => void;
};

function Framed({ name, state: { url, picture }, gestures, onZoom, onStep, onClose }: FramedProps) {
  const frame = useRef<HTMLDivElement>(null);
  const image = useRef<HTMLImageElement>(null);
  // The newest: the picture stays when others come.
  const step = useRef(onStep);
  step.current = onStep;
  // As soon as it is there: a finger may be down already.
  useLayoutEffect(() => {
    if (frame.current === null || image.current === null) return undefined;
    const listening = new ZoomGestures(frame.current, image.current, {
      onZoom,
      onStep: (by) => step.current(by),
      onClose,
    });
    gestures.current = listening;
    onZoom(false);
    return () => listening[Symbol.dispose]();
  }, []);
  return (
    <div class="picture-viewer__frame" ref={frame}>
      <img
        ref={image}
        src={url}
        alt={name}
        width={picture?.width}
        height={picture?.height}
        draggable={false}
      />
    </div>
  );
}

type StepProps = OpenViewerProps & { readonly step: 1 | -1; readonly onGo: (step: number) => void };

function Step({ view, messageKey, step, onGo }: StepProps) {
  if (placeOf(view, messageKey).at(step) === undefined) return null;
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

type Place = {
  /** From 1. */
  readonly number: number;
  readonly count: number;
  /** The picture so many steps away. */
  readonly at: (step: number) => string | undefined;
};

/** Among the pictures of the room that are loaded. */
function placeOf(view: RoomView, key: string): Place {
  const seqOf = (one: string) => view.timeline.message(one)?.seq ?? 0;
  const ordered = [...deskOf(view).shared.pictures].sort((a, b) => seqOf(a) - seqOf(b));
  const index = ordered.indexOf(key);
  return { number: index + 1, count: ordered.length, at: (step) => ordered[index + step] };
}
