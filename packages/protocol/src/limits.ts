// Sizes and times both sides agree on. `welcome.limits` carries those an operator may change.

/** Any WebSocket message (rule FRAME-2). */
export const FRAME_BYTES_MAX = 64 * 1024;
/** Parts that one message may come in, empty ones too (rule FRAME-2). */
export const MESSAGE_PARTS_MAX = 16 * 1024;
/** A text frame from a client, and the body of an API request in JSON. */
export const CONTROL_BYTES_MAX = 4 * 1024;

/** Plaintext of an envelope is zero-padded to one of these (rule ENV-2). */
export const ENVELOPE_BUCKETS = [256, 512, 1024, 2048, 4096, 8192, 16_384] as const;
/** Header 23, nonce 24, tag 16. */
export const ENVELOPE_OVERHEAD = 63;
export const ENVELOPE_HEADER_BYTES = 23;
export const ENVELOPE_TYPE = 0x11;
/** delT, with which an author erases a message, and its hash in the header (rule ENV-6). */
export const ERASE_PROOF_BYTES = 16;
export const ENVELOPE_BYTES_MAX = 16_384 + ENVELOPE_OVERHEAD;

export const PROFILE_TYPE = 0x13;
export const PROFILE_BYTES = 301;

export const EPHEMERAL_TYPE = 0x12;
export const EPHEMERAL_BYTES = 109;
/** Larger rooms relay no ephemeral signals (rule EPHEMERAL-1). */
export const EPHEMERAL_MEMBERS_MAX = 50;

/** A name: code points, and bytes as UTF-8. */
export const NAME_POINTS_MAX = 50;
export const NAME_BYTES_MAX = 100;
/** Rule CHARTER-6. */
export const TOPIC_POINTS_MAX = 140;
export const TOPIC_BYTES_MAX = 200;
/** A message's text, bytes as UTF-8. */
export const BODY_BYTES_MAX = 16_000;

/** An id of 32 characters and a charter with 32 moderators fit. */
export const COMMAND_BYTES_MAX = 2048;

/** A slice, the tag that slices wait under, and how many fit a frame (rule ROTATE-3). */
export const SLICE_BYTES = 112;
export const STAGE_TAG_BYTES = 8;
export const SLICES_MAX = 256;
/** Slices without a charter are forgotten after this time. */
export const STAGED_MS = 120_000;
/** Records in one answer (rule ROTATE-2). */
export const RECORDS_MAX = 128;
/** Members that were away get the slices of at most so many epochs (rule ROTATE-6). */
export const EPOCHS_KEPT = 16;

/** The first frame must come within this time after the upgrade. */
export const FIRST_FRAME_MS = 5_000;
/** `denied` is sent this long after the join came, whatever the reason. */
export const DENIED_AFTER_MS = 300;
/** A created room waits this long for its charter. */
export const RESERVATION_MS = 30_000;
/** How long a member without a connection is still counted as here. */
export const GRACE_MS = 20_000;
/** Sent but unechoed messages a client may have. */
export const UNECHOED_MAX = 16;
/** A client may ask to keep the room alive this often. */
export const KEEP_EVERY_MS = 60_000;

/** Larger rooms announce counts only, and snapshots list at most this many names (rules PRESENCE-1 and PRESENCE-6). */
export const LISTED_MAX = 200;
/** In such a room, changes are announced at most this often. */
export const COUNT_EVERY_MS = 1_000;

/** Life of a room, in seconds, whatever the server's own maximum. */
export const LIFE_SECONDS = { min: 3, max: 7 * 24 * 3600 } as const;

/** Members that a room can be configured to hold (rule LIMIT-2). */
export const ROOM_MEMBERS_MAX = 5_000;

export const FILE_ID_BYTES = 16;
/** Goes with each part of one file. */
export const FILE_TOKEN_BYTES = 32;
/** An open file is forgotten so long after it was asked for, and after its last part. */
export const FILE_OPEN_MS = { first: 60_000, next: 600_000 } as const;

// What a client believes of a server (rules BOUND-1 and BOUND-2): the largest that any honest one says.

/** A pause that a server asks for, or a window in which it wants to be left. */
export const WAIT_MS_MAX = 3_600_000;
/** Messages that a room keeps, and their bytes; no operator can set more. */
export const HISTORY_MAX = { messages: 10_000, bytes: 256 * 1024 * 1024 } as const;
/** Bytes of one file and of all files of a room; no operator can set more. */
export const FILE_LIMITS_MAX = { file: 2 ** 30, room: 2 ** 36 } as const;
