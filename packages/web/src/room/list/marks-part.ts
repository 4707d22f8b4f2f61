// Marks below messages that plain text doesn't need.

export { refusalTexts } from '../../words/refusals.ts';
export { MessageMarks } from './message-marks.tsx';
export { namesOf } from './reactions.tsx';
export { SendTrouble } from './send-trouble.tsx';
