/** Longest key of a message, octets of UTF-8. */
export const maxKeyBytes = 1024;
/** Longest metadata of a committed position, octets of UTF-8 (what a Kafka broker takes by default). */
export const maxMetadataBytes = 4096;
/** Most messages in one append. */
export const maxAppendMessages = 10_000;
/** Most octets of values in one append. */
export const maxAppendBytes = 64 * 1024 * 1024;
/** Largest message any configuration may allow, octets. */
export const maxMessageBytesLimit = 32 * 1024 * 1024;
/** Most messages that one read returns. */
export const maxReadMessages = 10_000;
/** Most partitions of a topic. */
export const maxPartitions = 256;
/** Names of topics, groups and environments. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
