using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Time.Observations;

namespace Appliance.Time.Leaps;

/// <summary>
/// leap-seconds.list of the IERS, as tzdata ships it: TAI less UTC from 1972 on, and the day on which that knowledge
/// ends. Taken only whole: with its hash, in order, one second at a time.
/// </summary>
/// <remarks>
/// <code>
/// #$ 3960835200                 last update, seconds since 1900 without leap seconds
/// #@ 3991593600                 expiry
/// 2272060800  10  # 1 Jan 1972  from then on TAI less UTC
/// #h five words                 SHA-1 of the digits of update, expiry and entries, each word without leading zeros
/// </code>
/// </remarks>
public sealed class LeapSecondsFile
{
    /// <summary>Seconds from 1900 (NTP) to 1970.</summary>
    private const long NtpTo1970 = 2_208_988_800;
    private const long FirstEntry = 2_272_060_800;
    private const int FirstOffset = 10;
    private const long DaySeconds = 86_400;

    private readonly List<(long UtcSeconds, int TaiMinusUtc)> entries = [];

    private LeapSecondsFile()
    {
    }

    /// <summary>When the list was last changed, UTC seconds since 1970.</summary>
    public long UpdatedUtcSeconds { get; private set; }

    /// <summary>From when on it says nothing, UTC seconds since 1970.</summary>
    public long ExpiresUtcSeconds { get; private set; }

    /// <summary>Reads the whole file; where it is refused, <paramref name="complaint"/> says why.</summary>
    public static bool TryParse(ReadOnlySpan<byte> file, out LeapSecondsFile list, out string complaint)
    {
        list = new LeapSecondsFile();
        complaint = file.Length > Limits.LeapFileBytes ? "too long to be a list of leap seconds" : "";
        StringBuilder hashed = new();
        string stated = "";
        string[] lines = complaint.Length > 0 ? [] : Encoding.ASCII.GetString(file).Split('\n');
        for (int i = 0; i < lines.Length && complaint.Length == 0; i++)
        {
            string line = lines[i].Trim();
            if (line.StartsWith("#h", StringComparison.Ordinal))
            {
                stated = line[2..];
            }
            else if (!list.TryLine(line, hashed))
            {
                complaint = $"line {i + 1} is not one of a list of leap seconds: {line}";
            }
        }

        complaint = complaint.Length > 0 ? complaint : list.Judge(hashed.ToString(), stated);
        return complaint.Length == 0;
    }

    /// <summary>TAI less UTC at a UTC second since 1970; null before 1972 and from the expiry on.</summary>
    public int? TaiMinusUtcAt(long utcSeconds)
    {
        int? offset = null;
        foreach ((long from, int value) in entries)
        {
            offset = utcSeconds >= from ? value : offset;
        }

        return utcSeconds < ExpiresUtcSeconds ? offset : null;
    }

    /// <summary>What the list says at a moment; of an expired one only that it is.</summary>
    /// <param name="source">Which source.</param>
    /// <param name="at">MONOTONIC_RAW of the moment.</param>
    /// <param name="utcSeconds">UTC of the moment, seconds since 1970.</param>
    public LeapObservation ToObservation(SourceId source, RawTime at, long utcSeconds)
    {
        int? now = TaiMinusUtcAt(utcSeconds);
        (LeapEvent next, long? changesAt) = (now is null ? LeapEvent.Unknown : LeapEvent.None, null);
        for (int i = entries.Count - 1; now is not null && i >= 0 && entries[i].UtcSeconds > utcSeconds; i--)
        {
            next = entries[i].TaiMinusUtc > (i == 0 ? 0 : entries[i - 1].TaiMinusUtc)
                ? LeapEvent.Insert
                : LeapEvent.Delete;
            changesAt = entries[i].UtcSeconds;
        }

        return new LeapObservation(source, at, now, next, changesAt, ExpiresUtcSeconds, LeapOrigin.File);
    }

    private bool TryLine(string line, StringBuilder hashed)
    {
        bool isUpdate = line.StartsWith("#$", StringComparison.Ordinal);
        bool isExpiry = line.StartsWith("#@", StringComparison.Ordinal);
        if (isUpdate || isExpiry)
        {
            bool isNumber = TryNumber(line[2..].Trim(), out long seconds);
            hashed.Append(line[2..].Trim());
            UpdatedUtcSeconds = isUpdate ? seconds - NtpTo1970 : UpdatedUtcSeconds;
            ExpiresUtcSeconds = isExpiry ? seconds - NtpTo1970 : ExpiresUtcSeconds;
            return isNumber;
        }

        if (line.Length == 0 || line[0] == '#')
        {
            return true;
        }

        string[] words = line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || !TryNumber(words[0], out long from) || !TryNumber(words[1], out long offset) ||
            entries.Count == Limits.LeapEntries || !IsNext(from, offset))
        {
            return false;
        }

        hashed.Append(words[0]).Append(words[1]);
        entries.Add((from - NtpTo1970, (int)offset));
        return true;
    }

    // The first is that of 1972; after it one second more or less each, at midnight.
    private bool IsNext(long from, long offset)
    {
        if (entries.Count == 0)
        {
            return from == FirstEntry && offset == FirstOffset;
        }

        (long before, int had) = entries[^1];
        return from - NtpTo1970 > before && from % DaySeconds == 0 && Math.Abs(offset - had) == 1;
    }

    private string Judge(string hashed, string stated)
    {
        if (entries.Count == 0 || ExpiresUtcSeconds <= 0 || UpdatedUtcSeconds <= 0)
        {
            return "no entries, no update or no expiry: the list is cut off";
        }

#pragma warning disable CA5350 // The format says SHA-1; it guards against damage, and the vote against a forger.
        byte[] hash = SHA1.HashData(Encoding.ASCII.GetBytes(hashed));
#pragma warning restore CA5350
        string[] words = stated.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        bool isRight = words.Length == 5;
        for (int i = 0; i < words.Length && isRight; i++)
        {
            isRight = words[i].Length <= 8 &&
                uint.TryParse(words[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint word) &&
                word == System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(4 * i));
        }

        return isRight ? "" : "the hash does not fit the entries: the list is damaged, get it anew";
    }

    private static bool TryNumber(string digits, out long value) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value < 1L << 40;
}
