import { useText } from '../../../i18n/use-text.tsx';
import styles from './week-days.module.css';

/** By ISO 8601: Monday is the first. */
const week = [1, 2, 3, 4, 5, 6, 7];

interface WeekDaysProps {
  legend: string;
  days: readonly number[];
  onChange: (days: number[]) => void;
}

/** Days of the week to tick, in their order. */
export function WeekDays({ legend, days, onChange }: WeekDaysProps) {
  const { times } = useText();
  const tick = (day: number, isOn: boolean) => onChange(week.filter(each => (each === day ? isOn : days.includes(each))));
  return (
    <fieldset className={styles.days}>
      <legend>{legend}</legend>
      {week.map(day => (
        <label key={day} className={styles.day}>
          <input type="checkbox" checked={days.includes(day)} onChange={event => tick(day, event.target.checked)} />
          {times.weekday(day)}
        </label>
      ))}
    </fieldset>
  );
}
