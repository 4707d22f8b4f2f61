// The SDK: create or open a link, join, send, receive, reconnect. For pages, command lines and bots.

export { answerText } from './answer-text.ts';
export { type Clock, systemClock } from './clock.ts';
export { type CreateOptions, type Created, type NewRoom, createRoom } from './create.ts';
export { nameFits } from './crypto/person.ts';
export type { RandomBytes } from './crypto/random.ts';
export { type RoomWords, topicFits } from './crypto/room-words.ts';
export type { DownloadEnd } from './files/download.ts';
export type { FilePort } from './files/file-port.ts';
export type { FileServer } from './files/file-requests.ts';
// RoomFiles itself is at '@mayfly/client/files', and the safety emoji at '@mayfly/client/emoji': a page loads them later.
export type {
  Downloaded,
  FetchedTo,
  FileDetails,
  FileSent,
  RoomFiles,
  TransferOptions,
} from './files/room-files.ts';
export type { FileSource, Progress } from './files/upload.ts';
export { keepDraft, loadDraft } from './storage/draft.ts';
export { OPTIONS_MAX, OPTIONS_MIN, OPTION_POINTS_MAX, QUESTION_POINTS_MAX } from './content/poll.ts';
export { type Identity, forgetIdentity, keepIdentity, loadIdentity } from './people/identity.ts';
export { openRoom } from './live-room.ts';
export { type LookAnswer, type LookOptions, type RoomSight, lookAtRoom } from './look.ts';
export type { CommandResult } from './governance/own-commands.ts';
export { type ParsedLink, parseRoomLink } from './find-link.ts';
export { type LinkFlag, type RoomLink, makeLink } from './link.ts';
export type {
  CharterView,
  Connection,
  FailReason,
  LieKind,
  Member,
  Message,
  OtherHistory,
  Outgoing,
  PendingEffect,
  Person,
  Poll,
  PollOption,
  PutOff,
  Reaction,
  ReplyTo,
  RoomChange,
  RoomEnd,
  RoomFacts,
  RoomNotice,
  RoomUpdate,
  Timer,
  Trouble,
  SharedFile,
  UnsentMessage,
  Wording,
} from './room-updates.ts';
export type { RoomListener } from './update-emitter.ts';
export type {
  ActionResult,
  LinkOptions,
  PollDraft,
  PollResult,
  Room,
  RoomOptions,
  SendOptions,
  SendResult,
} from './room.ts';
export type { TabStorage } from './storage/tab-storage.ts';
export { hasVisibleText } from './visible-text.ts';
export {
  type Transport,
  type WebSocketConstructor,
  type WebSocketLike,
  type Wire,
  type WireEvents,
  socketUrl,
  webSocketTransport,
} from './connection/transport.ts';
