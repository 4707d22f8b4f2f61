// One bubble of a turn: a message of the log, or one of our own on its way there.

import type { Message, Outgoing } from '@mayfly/client';
import { Component } from 'preact';
import { useEffect } from 'preact/hooks';
import type { People } from '../model/people.ts';
import type { RoomView } from '../model/room-view.ts';
import type { Bubble, Turn } from '../model/turns.ts';
import { roomTexts } from '../../words/room.ts';
import { AuthorName } from './author-name.tsx';
import { type Body, BubbleText } from './bubble-text.tsx';
import { marksPart } from './marks-loader.ts';
import { PollBubble } from './poll-bubble.tsx';
import { Quote } from './quote.tsx';
import { SentAt } from './sent-at.tsx';
import { SharedFileBubble } from './shared-file.tsx';
import { Icon } from '../../ui/icon.tsx';

type MessageProps = {
  readonly bubble: Bubble;
  readonly view: RoomView;
  /** The first bubble stands below the head of its turn, the others name their author themselves. */
  readonly speaker: Turn['person'] | 'head';
};

/**
 * Renders again only when its message changes, not for each later one of its turn. The same element before and after
 * the echo: the state below it changes, the bubble stays.
 */
export class MessageBubble extends Component<MessageProps> {
  override shouldComponentUpdate({ bubble, speaker }: MessageProps): boolean {
    return bubble !== this.props.bubble || (speaker === 'head') !== (this.props.speaker === 'head');
  }

  override render({ bubble, view, speaker }: MessageProps) {
    const { key, text, replyTo, file, poll } = bubble.type === 'message' ? bubble.message : bubble.outgoing;
    const from = bubble.type === 'message' ? bubble.message.from : view.people.you.peek();
    const words = <BubbleText body={text === undefined ? undefined : { key, text, from }} view={view} />;
    return (
      <div class={`message ${classOf(bubble)}`} data-message={key}>
        {speaker !== 'head' && <Speaker person={speaker} people={view.people} />}
        {replyTo !== undefined && <Quote replyTo={replyTo} view={view} />}
        {poll ? (
          <PollBubble bubble={bubble} view={view}>
            {words}
          </PollBubble>
        ) : file ? (
          <SharedFileBubble messageKey={key} file={file} view={view}>
            {text && words}
          </SharedFileBubble>
        ) : (
          words
        )}
        <span class="message__time">
          <SentAt bubble={bubble} />
        </span>
        {bubble.type === 'message' ? (
          <LaterMarks message={bubble.message} view={view} />
        ) : (
          <SendState outgoing={bubble.outgoing} view={view} />
        )}
      </div>
    );
  }
}

type SpeakerProps = { readonly person: Turn['person']; readonly people: People };

/** A screen reader announces a new message by itself, without the head of its turn. */
function Speaker({ person, people }: SpeakerProps) {
  return (
    <span class="visually-hidden">
      {person === undefined ? roomTexts.ownTurn : <AuthorName person={person} people={people} />}
    </span>
  );
}

/** A message of our own that was logged, and has left the room's history. */
export function TrimmedMessage({ body, view }: { readonly body: Body; readonly view: RoomView }) {
  return (
    <div class="message">
      <BubbleText body={body} view={view} />
      <p class="send-state">
        <Icon name="clock" />
        {roomTexts.trimmed}
      </p>
    </div>
  );
}

function classOf(bubble: Bubble): string {
  if (bubble.type === 'message') return '';
  return bubble.outgoing.state === 'failed' ? 'message--failed' : 'message--pending';
}

type MarksProps = { readonly message: Message; readonly view: RoomView };

function LaterMarks(props: MarksProps) {
  const part = marksPart.loaded.value;
  return part === undefined ? null : <part.MessageMarks {...props} />;
}

type SendStateProps = { readonly outgoing: Outgoing; readonly view: RoomView };

function SendState({ outgoing, view }: SendStateProps) {
  const { state } = outgoing;
  const isTrouble = state === 'failed' || state === 'slowed';
  useEffect(() => {
    if (isTrouble) marksPart.want();
  }, [isTrouble]);
  const part = isTrouble ? marksPart.loaded.value : undefined;
  if (part !== undefined) return <part.SendTrouble outgoing={outgoing} view={view} />;
  return (
    <p class={state === 'sending' ? 'send-state send-state--delayed' : 'send-state'}>
      <Icon name="clock" />
      {roomTexts.onItsWay[state]}
    </p>
  );
}
