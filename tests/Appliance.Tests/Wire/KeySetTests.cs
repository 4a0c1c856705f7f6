using Appliance.Lab.Vectors;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

public sealed class KeySetTests
{
    [Fact]
    public void A_lab_key_set_comes_back_from_its_text_and_seals_and_opens()
    {
        KeySet made = KeySet.MakeLab(new VectorWorld("test: key set").Draw, 20_000, 3);
        Assert.True(KeySet.TryParse(made.ToJson(), out KeySet? read, out string error), error);
        Assert.Equal(made.ToJson(), read!.ToJson());
        Assert.Equal(3 * 2 * 3, read.Recipients.Count);
        Assert.True(read.CanSign);
        using SigningKey key = read.OpenDeviceKey();
        Assert.True(key.Public.IsSame(made.DeviceKey));
    }

    [Fact]
    public void A_box_has_no_private_day_key_and_a_role_only_its_own()
    {
        KeySet made = KeySet.MakeLab(new VectorWorld("test: halves").Draw, 20_000, 2);
        KeySet box = made.ForDevice();
        Assert.True(box.CanSign);
        Assert.DoesNotContain(box.Recipients, key => key.HasPrivate);
        KeySet warden = made.ForRole(KeyRole.WardenA);
        Assert.False(warden.CanSign);
        Assert.Throws<InvalidOperationException>(warden.OpenDeviceKey);
        Assert.All(warden.Recipients, key => Assert.Equal(key.Role == KeyRole.WardenA, key.HasPrivate));
        Assert.Equal(made.Schedule().Hash, box.Schedule().Hash);
    }

    [Fact]
    public void The_schedule_gives_the_days_keys_and_says_when_it_is_exhausted()
    {
        KeySchedule schedule = KeySet.MakeLab(new VectorWorld("test: schedule").Draw, 20_000, 2).Schedule();
        Assert.Equal((20_000, false), Of(schedule.Pick(1, 20_000)));
        Assert.Equal((20_001, false), Of(schedule.Pick(2, 20_001)));
        Assert.Equal((20_001, true), Of(schedule.Pick(1, 20_009)));
        Assert.Equal((20_000, true), Of(schedule.Pick(1, 19_000)));
        Assert.Throws<ArgumentException>(() => new KeySchedule([]));
        IReadOnlyList<RecipientKey> day = schedule.Pick(1, 20_000).Keys;
        Assert.Throws<ArgumentException>(() => new KeySchedule([.. day, .. day, .. schedule.Pick(2, 20_000).Keys]));

        static (int Day, bool Exhausted) Of(DayKeys keys)
        {
            Assert.Equal(3, keys.Keys.Count);
            Assert.True(keys.Keys[0].Kid < keys.Keys[1].Kid && keys.Keys[1].Kid < keys.Keys[2].Kid);
            return (keys.Keys[0].Day, keys.Exhausted);
        }
    }

    [Theory]
    [InlineData("", "not the JSON")]
    [InlineData("null", "empty")]
    [InlineData("{}", "not the JSON")]
    [InlineData("{\"version\":2,", "not the JSON")]
    public void What_is_no_key_set_is_said_in_a_sentence(string json, string words)
    {
        Assert.False(KeySet.TryParse(json, out _, out string error));
        Assert.Contains(words, error);
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2", "version 2")]
    [InlineData("\"version\": 1", "\"version\": 1, \"extra\": 0", "not the JSON")]
    [InlineData("\"section\": 1", "\"section\": 3", "recipient 0")]
    [InlineData("\"role\": \"ingest\"", "\"role\": \"nobody\"", "recipient 0")]
    [InlineData("\"public\": \"04", "\"public\": \"05", "device key")]
    [InlineData("\"device\": \"", "\"device\": \"x", "hexadecimal")]
    public void A_changed_key_set_is_refused_with_its_reason(string from, string to, string words)
    {
        string json = KeySet.MakeLab(new VectorWorld("test: changed set").Draw, 20_000, 1).ToJson();
        int at = json.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0);
        string changed = json[..at] + to + json[(at + from.Length)..];
        Assert.False(KeySet.TryParse(changed, out _, out string error));
        Assert.Contains(words, error);
    }
}
