export { AlarmBar } from './AlarmBar.tsx';
export { Devices } from './Devices.tsx';
export { NewDeviceBar } from './NewDeviceBar.tsx';
