// Marks below messages that plain text doesn't need.

export { MessageMarks } from './message-marks.tsx';
