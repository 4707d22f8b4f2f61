// Above the field: the message that the draft answers or edits.

import type { Message } from '@mayfly/client';
import { Icon } from '../../ui/icon.tsx';
import { roomTexts } from '../../words/room.ts';
import { pieces } from '../../words/sentence.ts';
import { talkTexts } from '../../words/talk.ts';
import { AuthorName } from '../list/author-name.tsx';
import { messageLine } from '../list/message-line.ts';
import { marksPart } from '../list/marks-loader.ts';
import type { RoomView } from '../model/room-view.ts';

type ComposerAboutProps = { readonly view: RoomView };

export function ComposerAbout({ view }: ComposerAboutProps) {
  const { value: about } = view.draft.about;
  if (about === undefined) return null;
  const isReply = about.what === 'reply';
  // Drawn again when messages come: after a reload, the one of a kept draft is among them.
  const message = view.timeline.size.value > 0 ? view.timeline.message(about.key) : undefined;
  return (
    <div class="composer-about">
      <Icon name={about.what} small flip={isReply} />
      <p>
        {isReply ? <ReplyLine message={message} view={view} /> : <b>{talkTexts.editing}</b>}
        {!isReply && <span class="composer-about__lead">{talkTexts.editLead}</span>}
      </p>
      <button
        class="icon-button"
        type="button"
        aria-label={isReply ? talkTexts.cancelReply : talkTexts.cancelEdit}
        onClick={() => view.draft.cancel()}
      >
        <Icon name="x" />
      </button>
    </div>
  );
}

type ReplyLineProps = ComposerAboutProps & { readonly message: Message | undefined };

function ReplyLine({ message, view }: ReplyLineProps) {
  if (message === undefined) return <span>{roomTexts.noLongerHere}</span>;
  const name = <AuthorName person={message.from} people={view.people} />;
  return (
    <>
      <b>{message.own ? talkTexts.replyToOwn : pieces(talkTexts.replyTo, { name })}</b>
      <span dir="auto">{messageLine(message.text, message.file?.name)}</span>
    </>
  );
}

/** Edits and reactions that the server refused. */
export function FailedEffects({ view }: ComposerAboutProps) {
  const texts = marksPart.loaded.value?.refusalTexts;
  return view.failedEffects.value.map(({ key, what, why }) => (
    <div class="failed-effect" key={key}>
      <span role="alert">
        {talkTexts.failedEffect[what]} {why && texts?.refused(why)}
      </span>
      <button class="link-button" type="button" onClick={() => view.retry(key)}>
        {roomTexts.retry}
      </button>
      <button class="link-button" type="button" onClick={() => view.discard(key)}>
        {roomTexts.delete}
      </button>
    </div>
  ));
}
