// A poll in the list: of the log, or one of our own on its way there.

import type { Message, Outgoing, Poll } from '@mayfly/client';
import { Icon } from '../../ui/icon.tsx';
import { pollTexts } from '../../words/polls.ts';
import type { RoomView } from '../model/room-view.ts';
import type { Bubble } from '../model/turns.ts';
import { type Ballots, ballotsOf } from './ballots.ts';
import { PollOptions } from './poll-options.tsx';
import { tallyOf } from './tally.ts';

type ViewProps = { readonly view: RoomView };
type PollCardProps = ViewProps & { readonly bubble: Bubble };

export function PollCard({ bubble, view }: PollCardProps) {
  if (bubble.type === 'outgoing') return <UnsentPoll poll={bubble.outgoing.poll} />;
  const { message } = bubble;
  return message.poll === undefined ? null : <SentPoll message={message} poll={message.poll} view={view} />;
}

/** Nothing can be chosen yet. */
function UnsentPoll({ poll }: { readonly poll: Outgoing['poll'] | undefined }) {
  if (poll === undefined) return null;
  const options = poll.options.map((text) => ({ text, voters: [], own: false }));
  return (
    <div class="bubble poll">
      <PollOptions poll={{ ...poll, options, closed: false }} chosen={[]} />
    </div>
  );
}

type SentPollProps = ViewProps & { readonly message: Message; readonly poll: Poll };

function SentPoll({ message, poll, view }: SentPollProps) {
  const { key } = message;
  const ballots = ballotsOf(view);
  const isOpen = !poll.closed && !ballots.isClosing(key);
  return (
    <div class="bubble poll">
      <PollOptions
        poll={poll}
        chosen={ballots.choiceIn(key, poll)}
        {...(isOpen && { onChoose: (choice) => ballots.vote(key, choice) })}
      />
      <div class="poll__foot" aria-live="off">
        <Voters poll={poll} messageKey={key} view={view} />
        {isOpen && ballots.choiceIn(key, poll).length > 0 && (
          <button class="link-button" type="button" onClick={() => ballots.vote(key, [])}>
            {pollTexts.withdraw}
          </button>
        )}
        {isOpen && message.own && <Closing messageKey={key} view={view} />}
        <OnItsWay message={message} poll={poll} view={view} ballots={ballots} />
      </div>
    </div>
  );
}

type OpenerProps = ViewProps & { readonly messageKey: string };

function Voters({ poll, messageKey: key, view }: OpenerProps & { readonly poll: Poll }) {
  const { voters } = tallyOf(poll);
  if (voters === 0) return <span>{pollTexts.noVotes}</span>;
  return (
    <Opener
      text={pollTexts.voters(voters)}
      onPress={() => {
        view.sheet.value = { what: 'voters', key };
      }}
    />
  );
}

function Closing({ messageKey: key, view }: OpenerProps) {
  return (
    <Opener
      text={pollTexts.close}
      onPress={() => {
        view.sheet.value = { what: 'close-poll', key };
      }}
    />
  );
}

function Opener({ text, onPress }: { readonly text: string; readonly onPress: () => void }) {
  return (
    <button class="link-button" type="button" aria-haspopup="dialog" onClick={onPress}>
      {text}
    </button>
  );
}

/** Our vote, until everyone can see it. */
function OnItsWay({ message: { key }, poll, view, ballots }: SentPollProps & { readonly ballots: Ballots }) {
  const isClosing = ballots.isClosing(key) && !poll.closed;
  if (!isClosing && !ballots.isPending(key, poll)) return null;
  const vote = view.connection.isLive.value ? pollTexts.sending : pollTexts.waiting;
  return (
    <span class="send-state poll__pending">
      <Icon name="clock" />
      {isClosing ? pollTexts.closing : vote}
    </span>
  );
}
