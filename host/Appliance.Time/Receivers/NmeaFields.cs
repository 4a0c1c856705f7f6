namespace Appliance.Time.Receivers;

/// <summary>The fields of one sentence, walked in place; a field that is not there is empty.</summary>
internal readonly ref struct NmeaFields(ReadOnlySpan<byte> sentence)
{
    private readonly ReadOnlySpan<byte> sentence = sentence;

    /// <summary>Two letters of the talker; empty for a sentence of a maker ($P...).</summary>
    public ReadOnlySpan<byte> Talker => IsProprietary ? default : this[0][..Math.Min(2, this[0].Length)];

    /// <summary>Three letters of the sentence; of a maker's the whole address.</summary>
    public ReadOnlySpan<byte> Kind => IsProprietary ? this[0] : this[0][Math.Min(2, this[0].Length)..];

    private bool IsProprietary => sentence.Length > 0 && sentence[0] == 'P';

    /// <summary>Field by its place; the address is field 0.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ReadOnlySpan<byte> rest = sentence;
            for (int i = 0; i < index && i < ReceiverLimits.NmeaFieldsMax; i++)
            {
                int comma = rest.IndexOf((byte)',');
                if (comma < 0)
                {
                    return default;
                }

                rest = rest[(comma + 1)..];
            }

            int end = rest.IndexOf((byte)',');
            return end < 0 ? rest : rest[..end];
        }
    }

    /// <summary>A whole number of digits only, at most nine.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> field, out int value)
    {
        value = 0;
        if (field.Length is 0 or > 9)
        {
            return false;
        }

        foreach (byte digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        return true;
    }

    /// <summary>Time <c>hhmmss[.f...]</c>: second of the day, nanoseconds (nine digits, no more).</summary>
    public static bool TryTime(
        ReadOnlySpan<byte> field, out int secondOfDay, out int nanoseconds, out bool isLeapSecond)
    {
        (secondOfDay, nanoseconds, isLeapSecond) = (0, 0, false);
        if (field.Length < 6 || !TryNumber(field[..2], out int hour) || !TryNumber(field[2..4], out int minute) ||
            !TryNumber(field[4..6], out int second) || (field.Length > 6 && field[6] != '.'))
        {
            return false;
        }

        ReadOnlySpan<byte> fraction = field.Length > 7 ? field[7..Math.Min(field.Length, 16)] : default;
        if (fraction.Length > 0 && !TryNumber(fraction, out nanoseconds))
        {
            return false;
        }

        for (int i = fraction.Length; i < 9; i++)
        {
            nanoseconds *= 10;
        }

        return ReceiverFix.TrySecondOfDay(hour, minute, second, out secondOfDay, out isLeapSecond);
    }

    /// <summary>
    /// Degrees times 10^7 of <c>d..dmm.m...</c> with its hemisphere; north and east are positive.
    /// </summary>
    public static bool TryAngle(ReadOnlySpan<byte> field, ReadOnlySpan<byte> hemisphere, int limit, out int degreesE7)
    {
        degreesE7 = 0;
        int point = field.IndexOf((byte)'.');
        int whole = point < 0 ? field.Length : point;
        if (whole is < 3 or > 5 || hemisphere.Length != 1 || !TryNumber(field[..(whole - 2)], out int degrees) ||
            !TryNumber(field[(whole - 2)..whole], out int minutes) || degrees > limit || minutes > 59)
        {
            return false;
        }

        ReadOnlySpan<byte> fraction = point < 0 ? default : field[(point + 1)..Math.Min(field.Length, point + 8)];
        if (!TryNumber(fraction, out int parts) && fraction.Length > 0)
        {
            return false;
        }

        for (int i = fraction.Length; i < 7; i++)
        {
            parts *= 10;
        }

        long e7 = (degrees * 10_000_000L) + (((minutes * 10_000_000L) + parts) / 60);
        degreesE7 = (int)(hemisphere[0] is (byte)'S' or (byte)'W' ? -e7 : e7);
        return true;
    }
}
