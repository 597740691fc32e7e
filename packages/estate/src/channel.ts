/** Channel on which a change of the estate is told; the payload is the new version. */
export const changedChannel = 'estate_changed';
