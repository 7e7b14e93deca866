export { NewChat } from './NewChat.tsx';
