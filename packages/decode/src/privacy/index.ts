export { keyOctets } from './crypto-pan.ts';
export { insideNetworks } from './networks.ts';
export { Privacy, originalOf } from './privacy.ts';
