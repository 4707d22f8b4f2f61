// The texts of polls, in English.

import { LANGUAGE, counted, figure } from './quantities.ts';
import { sentence } from './sentence.ts';

const percent = new Intl.NumberFormat(LANGUAGE, { style: 'percent' });

export const pollTexts = {
  chooseOne: 'Choose one. Votes are visible to everyone.',
  chooseMany: 'Choose one or more. Votes are visible to everyone.',
  closed: 'This poll is closed. Votes are visible to everyone.',
  emptyQuestion: 'Empty question',
  option: (place: number) => sentence('Option {place}', { place: figure(place) }),
  /** `part`: from 0 to 1. */
  share: (part: number) => percent.format(part),
  votes: (count: number) => counted(count, { one: '{count} vote', other: '{count} votes' }),
  votesAndShare: (votes: string, share: string) => sentence('{votes}, {share}', { votes, share }),
  noVotes: 'No votes yet',
  voters: (count: number) => counted(count, { one: '{count} person voted', other: '{count} people voted' }),

  withdraw: 'Withdraw my vote',
  sending: 'Sending your vote…',
  waiting: 'Your vote will be sent when you’re back.',
  closing: 'Closing the poll…',
  close: 'Close poll',
  closeAsk: 'Close this poll?',
  closeLead: 'After that, no one can vote or change their vote. You can’t open it again.',
  keepOpen: 'Keep it open',

  whoVoted: 'Who voted',
  others: (count: number) => counted(count, { one: 'and {count} other', other: 'and {count} others' }),

  title: 'New poll',
  lead: 'Everyone in the room can vote, and see who voted for what.',
  question: 'Question',
  options: 'Options',
  removeOption: (place: number) => sentence('Remove option {place}', { place: figure(place) }),
  many: 'People may choose several',
  send: 'Send poll',
  cancel: 'Cancel',
  left: (count: number) =>
    counted(count, { one: '{count} character left', other: '{count} characters left' }),
  tooLong: (count: number) =>
    counted(count, {
      one: 'That’s {count} character too long. Shorten it.',
      other: 'That’s {count} characters too long. Shorten it.',
    }),
  noQuestion: 'Write a question.',
  fewOptions: 'Write at least two options.',
  sameOptions: 'Two options are the same. Change one of them.',
  noTimer: 'The message timer doesn’t apply to polls. This one stays until you unsend it.',
} as const;
