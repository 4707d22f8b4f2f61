// A shared file in its bubble: a picture, or a card to save it from.

import type { SharedFile } from '@mayfly/client';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { background } from '../../background.ts';
import { Icon } from '../../ui/icon.tsx';
import { fileSize, fileTexts } from '../../words/files.ts';
import type { RoomView } from '../model/room-view.ts';
import { isProgram } from '../text/link-doubt.ts';
import { FileProgress } from './file-progress.tsx';
import { deskOf } from './room-file-desk.ts';
import { type FileState, looksLikePicture, looksLikeRecording } from './shared-files.ts';
import { watchSight } from './sight.ts';
import { viewerPart } from './viewer-loader.ts';
import { voicePart } from './voice-loader.ts';
import { boxOf, thumbUrl } from './picture-box.ts';

type FileBubbleProps = {
  /** Of its message. */
  readonly messageKey: string;
  readonly file: SharedFile;
  readonly view: RoomView;
  /** The caption. */
  readonly children?: ComponentChildren;
};

export function FileBubble({ messageKey, file, view, children }: FileBubbleProps) {
  const { shared } = deskOf(view);
  const state = shared.stateOf(messageKey).value;
  const bubble = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (bubble.current === null) return undefined;
    const sight = watchSight(bubble.current, (isInSight) => shared.see(messageKey, file, isInSight));
    if (looksLikeRecording(file)) voicePart.want();
    return () => {
      sight[Symbol.dispose]();
      shared.unsee(messageKey);
      // A row that is out of sight keeps its bytes, a message that was taken back doesn't.
      if (view.timeline.message(messageKey) === undefined) shared.forget(messageKey);
    };
  }, [messageKey]);
  const isPicture = state.at === 'ready' ? state.picture !== undefined : looksLikePicture(file);
  const props = { file, state, view, messageKey };
  const Shown = isPicture && !isFailed(state) ? Picture : (recordingOf(props) ?? Card);
  return (
    <div class="file-bubble" ref={bubble}>
      <Shown {...props} />
      {children}
    </div>
  );
}

/** Undefined for what is none, and until the part that plays it is there. */
function recordingOf({ file, state }: PartProps) {
  const isOne = state.at === 'ready' ? state.audio !== undefined : looksLikeRecording(file);
  return isOne && !isFailed(state) ? voicePart.loaded.value?.AudioBubble : undefined;
}

type PartProps = Omit<FileBubbleProps, 'children'> & { readonly state: FileState };

function isFailed({ at }: FileState): boolean {
  return at === 'gone' || at === 'damaged' || at === 'unreachable';
}

/** Its space is reserved before it is there. */
function Picture({ file, state, view, messageKey }: PartProps) {
  const { shared } = deskOf(view);
  const isReady = state.at === 'ready';
  useEffect(() => {
    if (isReady) viewerPart.want();
  }, [isReady]);
  if (state.at === 'ready' && state.picture !== undefined) {
    const { width, height } = boxOf(state.picture);
    return (
      <button
        class="file-bubble__picture"
        type="button"
        aria-label={fileTexts.open(file.name)}
        aria-haspopup="dialog"
        onClick={() => {
          viewerPart.want();
          shared.viewed.value = messageKey;
        }}
      >
        <img src={state.url} width={width} height={height} alt="" decoding="async" />
      </button>
    );
  }
  const { width, height } = boxOf(file);
  return (
    <div class="file-bubble__picture file-bubble__picture--empty">
      <Thumb file={file} width={width} height={height} />
      {state.at === 'loading' ? (
        <Loading file={file} percent={state.percent} view={view} messageKey={messageKey} />
      ) : (
        <LoadButton file={file} view={view} messageKey={messageKey} />
      )}
    </div>
  );
}

type LoadingProps = Omit<PartProps, 'state'> & { readonly percent: number };

function Loading({ file, percent, view, messageKey }: LoadingProps) {
  return (
    <FileProgress
      text={fileTexts.loading(percent, file.size)}
      percent={percent}
      name={file.name}
      onStop={() => deskOf(view).shared.cancel(messageKey)}
    />
  );
}

type ThumbProps = { readonly file: SharedFile; readonly width: number; readonly height: number };

function Thumb({ file, width, height }: ThumbProps) {
  const url = thumbUrl(file);
  return url === undefined ? (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" />
  ) : (
    <img src={url} width={width} height={height} alt="" />
  );
}

function LoadButton({ file, view, messageKey }: Omit<PartProps, 'state'>) {
  return (
    <button
      class="btn btn--secondary"
      type="button"
      onClick={() => deskOf(view).shared.load(messageKey, file)}
    >
      {fileTexts.load(file.size)}
    </button>
  );
}

function Card(props: PartProps) {
  const { file, state, view, messageKey } = props;
  const { shared } = deskOf(view);
  const isLost = isFailed(state);
  return (
    <div class={isLost ? 'file-card file-card--lost' : 'file-card'}>
      <span class="file-card__icon">
        <Icon name={isLost || isProgram(file.name) ? 'alert' : 'file'} />
      </span>
      <span class="file-card__text">
        <b dir="auto">{file.name}</b>
        {state.at === 'loading' ? (
          <Loading file={file} percent={state.percent} view={view} messageKey={messageKey} />
        ) : (
          <small>{cardLine(props)}</small>
        )}
      </span>
      {!isLost && state.at !== 'loading' && (
        <button
          class="icon-button"
          type="button"
          aria-label={fileTexts.save(file.name)}
          onClick={() => background(shared.save(messageKey, file))}
        >
          <Icon name="save" />
        </button>
      )}
      {isLost && state.at !== 'gone' && (
        <button class="btn" type="button" onClick={() => shared.load(messageKey, file)}>
          {fileTexts.tryAgain}
        </button>
      )}
    </div>
  );
}

function cardLine({ file, state }: PartProps): string {
  if (state.at === 'gone' || state.at === 'damaged' || state.at === 'unreachable') return fileTexts[state.at];
  return isProgram(file.name) ? fileTexts.program : fileSize(file.size);
}
