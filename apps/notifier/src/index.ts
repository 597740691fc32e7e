export { NotifierConfig } from './config.ts';
