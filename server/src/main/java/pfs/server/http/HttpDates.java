package pfs.server.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.OptionalLong;

/** Dates as HTTP (RFC 9110, 5.6.7) and RFC 3339 write them, to and from the store's nanoseconds. */
public final class HttpDates {
    private static final String DAYS = "ThuFriSatSunMonTueWed";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final DateTimeFormatter RFC_850 =
            DateTimeFormatter.ofPattern("EEEE, dd-MMM-yy HH:mm:ss 'GMT'", Locale.ROOT);
    private static final DateTimeFormatter ASCTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT);

    private HttpDates() {}

    /** {@code Sun, 06 Nov 1994 08:49:37 GMT}: by hand, since every GET of a file has one. */
    public static String format(long nanos) {
        long seconds = Math.floorDiv(nanos, 1_000_000_000L);
        long days = Math.floorDiv(seconds, 86_400L);
        int second = (int) Math.floorMod(seconds, 86_400L);
        // Days to civil date, after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
        long z = days + 719_468;
        long era = Math.floorDiv(z, 146_097L);
        long dayOfEra = z - era * 146_097;
        long yearOfEra =
                (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int shifted = (int) ((5 * dayOfYear + 2) / 153);
        int day = (int) (dayOfYear - (153L * shifted + 2) / 5 + 1);
        int month = shifted < 10 ? shifted + 3 : shifted - 9;
        int year = (int) (yearOfEra + era * 400 + (month <= 2 ? 1 : 0));
        int weekday = (int) Math.floorMod(days, 7L);
        char[] text = "Thu, 00 Jan 0000 00:00:00 GMT".toCharArray();
        DAYS.getChars(3 * weekday, 3 * weekday + 3, text, 0);
        two(text, 5, day);
        MONTHS.getChars(3 * (month - 1), 3 * month, text, 8);
        two(text, 12, year / 100);
        two(text, 14, year % 100);
        two(text, 17, second / 3600);
        two(text, 20, second / 60 % 60);
        two(text, 23, second % 60);
        return new String(text);
    }

    private static void two(char[] text, int at, int number) {
        text[at] = (char) ('0' + number / 10);
        text[at + 1] = (char) ('0' + number % 10);
    }

    /** Seconds since 1970 of a date in any of HTTP's three forms; empty if it is none. */
    public static OptionalLong parse(String date) {
        for (DateTimeFormatter form :
                new DateTimeFormatter[] {DateTimeFormatter.RFC_1123_DATE_TIME, RFC_850, ASCTIME}) {
            try {
                ZonedDateTime time = form.withZone(ZoneOffset.UTC).parse(date, ZonedDateTime::from);
                return OptionalLong.of(time.toEpochSecond());
            } catch (DateTimeParseException e) {
                // The next form.
            }
        }
        return OptionalLong.empty();
    }

    /** {@code 2026-11-22T10:00:00Z}, with as many decimals as it takes. */
    public static String rfc3339(long nanos) {
        return instant(nanos).toString();
    }

    public static Instant instant(long nanos) {
        return Instant.ofEpochSecond(
                Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }

    public static long nanos(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    }
}
