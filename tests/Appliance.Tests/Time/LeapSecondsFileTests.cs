using System.Security.Cryptography;
using System.Text;
using Appliance.Time.Leaps;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Time;

/// <summary>The list of leap seconds as tzdata 2025b ships it, and what happens to it.</summary>
public sealed class LeapSecondsFileTests
{
    // Entries of the list of 2025-07-07 with the hash that the IERS gave them.
    private const string Entries2025 =
        "2272060800 10 2287785600 11 2303683200 12 2335219200 13 2366755200 14 2398291200 15 " +
        "2429913600 16 2461449600 17 2492985600 18 2524521600 19 2571782400 20 2603318400 21 " +
        "2634854400 22 2698012800 23 2776982400 24 2840140800 25 2871676800 26 2918937600 27 " +
        "2950473600 28 2982009600 29 3029443200 30 3076704000 31 3124137600 32 3345062400 33 " +
        "3439756800 34 3550089600 35 3644697600 36 3692217600 37";

    private const string Hash2025 = "49db2447 571e5e1b 2f002a53 9c8da8e4 39b8e49e";
    private const long Updated = 3_960_835_200;
    private const long Expires = 3_991_593_600;
    private static readonly SourceId Id = new(SourceKind.LeapFile);

    [Fact]
    public void The_list_of_the_iers_is_taken_with_its_hash_and_agrees_with_the_built_in_one()
    {
        LeapSecondsFile list = Read(Text(Entries2025, Expires, Hash2025));
        Assert.Equal(Utc("2026-06-28T00:00:00Z"), list.ExpiresUtcSeconds);
        Assert.Equal(Utc("2025-07-07T00:00:00Z"), list.UpdatedUtcSeconds);
        for (long utc = Utc("1972-01-01T00:00:00Z"); utc < list.ExpiresUtcSeconds; utc += 12 * 3600)
        {
            Assert.Equal(LeapSeconds.AtUtc(utc * 1_000_000), list.TaiMinusUtcAt(utc));
        }
    }

    [Fact]
    public void One_changed_digit_or_a_cut_list_is_refused_and_said()
    {
        string text = Text(Entries2025, Expires, Hash2025);
        Assert.Contains("hash", Complaint(text.Replace("3550089600", "3550176000", StringComparison.Ordinal)));
        Assert.Contains("hash", Complaint(Text(Entries2025, Expires + 86_400, Hash2025)));
        Assert.Contains("hash", Complaint(text[..text.IndexOf("#h", StringComparison.Ordinal)]));
        Assert.Contains("line 7", Complaint(text.Replace("2335219200", "2272060800", StringComparison.Ordinal)));
        Assert.Contains("cut off", Complaint(""));
        Assert.Contains("too long", Complaint(new string('\n', 70_000)));
        for (int length = 0; length < text.Length - 1; length += 7)
        {
            Assert.NotEqual("", Complaint(text[..length]));
        }
    }

    [Fact]
    public void From_its_expiry_on_the_list_says_nothing()
    {
        LeapSecondsFile list = Read(Text(Entries2025, Expires, Hash2025));
        LeapObservation before = list.ToObservation(Id, default, list.ExpiresUtcSeconds - 1);
        LeapObservation after = list.ToObservation(Id, default, list.ExpiresUtcSeconds);
        Assert.Equal((37, LeapEvent.None, true), (before.TaiMinusUtc, before.Next, before.IsWitness));
        Assert.Equal((null, LeapEvent.Unknown, false), (after.TaiMinusUtc, after.Next, after.IsWitness));
    }

    [Theory]
    [InlineData("2016-12-31T23:59:59Z", 36, LeapEvent.Insert, "2017-01-01T00:00:00Z")]
    [InlineData("2017-01-01T00:00:00Z", 37, LeapEvent.Delete, "2028-07-01T00:00:00Z")]
    [InlineData("2028-06-30T23:59:58Z", 37, LeapEvent.Delete, "2028-07-01T00:00:00Z")]
    public void What_comes_next_is_the_next_entry(string now, int offset, LeapEvent next, string when)
    {
        // 2028-07-01, one second less: what has never been, and may be.
        string entries = $"{Entries2025} {Utc("2028-07-01T00:00:00Z") + 2_208_988_800} 36";
        const long later = Expires + (4 * 31_536_000L);
        LeapObservation leap = Read(Text(entries, later, HashOf(entries, later))).ToObservation(Id, default, Utc(now));
        Assert.Equal((offset, next, Utc(when)), (leap.TaiMinusUtc, leap.Next, leap.ChangesAtUtcSeconds));
    }

    private static LeapSecondsFile Read(string text)
    {
        bool isTaken = LeapSecondsFile.TryParse(
            Encoding.ASCII.GetBytes(text), out LeapSecondsFile list, out string complaint);
        Assert.True(isTaken, complaint);
        return list;
    }

    private static string Complaint(string text)
    {
        Assert.False(LeapSecondsFile.TryParse(Encoding.ASCII.GetBytes(text), out _, out string complaint));
        return complaint;
    }

    private static string Text(string entries, long expires, string hash)
    {
        string[] words = entries.Split(' ');
        IEnumerable<string> lines = words.Chunk(2).Select(pair => $"{pair[0]}      {pair[1]}      # a date");
        return $"#\tof the IERS\n#$\t{Updated}\n#@\t{expires}\n{string.Join('\n', lines)}\n#\n#h\t{hash}\n";
    }

    private static string HashOf(string entries, long expires)
    {
#pragma warning disable CA5350 // The format says SHA-1.
        byte[] hash = SHA1.HashData(Encoding.ASCII.GetBytes($"{Updated}{expires}{entries.Replace(" ", "")}"));
#pragma warning restore CA5350
        return string.Join(' ', hash.Chunk(4).Select(w => Convert.ToHexString(w).ToLowerInvariant().TrimStart('0')));
    }

    private static long Utc(string text) => DateTimeOffset.Parse(text).ToUnixTimeSeconds();
}
