// What the page knows about a message, and its earlier wordings.

import type { Message, Reaction } from '@mayfly/client';
import type { ComponentChildren } from 'preact';
import { dateAndTime, momentOf } from '../../ui/clock-time.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { pieces } from '../../words/sentence.ts';
import { talkTexts } from '../../words/talk.ts';
import { AuthorName } from '../list/author-name.tsx';
import { wholeText } from '../list/message-line.ts';
import { marksPart } from '../list/marks-loader.ts';
import type { RoomView } from '../model/room-view.ts';

type SheetProps = { readonly message: Message; readonly view: RoomView; readonly onClose: () => void };

export function MessageInfo({ message, view, onClose }: SheetProps) {
  const { from, own, at, clockOff, late, edits = [], reactions } = message;
  const name = <AuthorName person={from} people={view.people} />;
  return (
    <Dialog title={talkTexts.info} onClose={onClose}>
      <dl class="message-info">
        <Fact what={talkTexts.infoFrom}>{name}</Fact>
        <Fact what={talkTexts.infoSent}>
          {dateAndTime(at)}
          {clockOff && <small>{talkTexts.infoClockOff}</small>}
          {late && <small>{talkTexts.infoLate}</small>}
        </Fact>
        {edits.length > 0 && <Fact what={talkTexts.infoEdited}>{talkTexts.infoEdits(edits.length)}</Fact>}
        {reactions.map((reaction) => (
          <ReactionFact reaction={reaction} view={view} key={reaction.emoji} />
        ))}
        <Fact what={talkTexts.infoSignature}>
          {own ? talkTexts.infoSignedOwn : pieces(talkTexts.infoSigned, { name })}
        </Fact>
      </dl>
      {edits.length > 0 && (
        <>
          <h3>{talkTexts.wordings}</h3>
          <Wordings message={message} />
        </>
      )}
    </Dialog>
  );
}

function Fact({
  what,
  children,
}: {
  readonly what: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <div>
      <dt>{what}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function ReactionFact({ reaction, view }: { readonly reaction: Reaction; readonly view: RoomView }) {
  return (
    <Fact what={talkTexts.infoReaction(reaction.emoji)}>
      <bdi>{marksPart.loaded.value?.namesOf(reaction, view)}</bdi>
    </Fact>
  );
}

export function WordingsSheet({ message, onClose }: SheetProps) {
  return (
    <Dialog title={talkTexts.wordings} onClose={onClose}>
      <Wordings message={message} />
    </Dialog>
  );
}

function Wordings({ message: { edits = [] } }: Pick<SheetProps, 'message'>) {
  return (
    <ol class="wordings">
      {edits.map(({ text, at }, index) => (
        <li key={index}>
          <time dateTime={new Date(at).toISOString()}>{momentOf(at)}</time>
          <p dir="auto">{wholeText(text)}</p>
        </li>
      ))}
    </ol>
  );
}
