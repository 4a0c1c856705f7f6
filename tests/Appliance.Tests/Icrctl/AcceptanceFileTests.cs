using Appliance.Edge.Service;
using Appliance.Icrctl;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Icrctl;

/// <summary>
/// A protocol of an acceptance that the box signed: what a reader finds who has the device's public key.
/// </summary>
public sealed class AcceptanceFileTests
{
    private const uint Epoch = 3;
    private readonly KeySet keys = KeySet.MakeLab(new Random(8).NextBytes, 20_000, 1);
    private readonly KeySet others = KeySet.MakeLab(new Random(9).NextBytes, 20_000, 1);

    [Fact]
    public void What_the_box_signed_is_good_and_says_when_by_its_own_clock()
    {
        AcceptanceVerdict verdict = AcceptanceFile.Check(File(Protocol(keys), keys), keys.ForStore());

        Assert.True(verdict.IsGood, verdict.ToText());
        Assert.Equal(
            (keys.Device.ToString(), Epoch, "2027-01-15T08:00:00Z", 2ul, true),
            (verdict.Device, verdict.Epoch, verdict.SignedUtc, verdict.BoundMs, verdict.Accepted));
        Assert.Contains("signed    yes, by the device's key at 2027-01-15T08:00:00Z by its own clock, within 2 ms",
            verdict.ToText());
    }

    [Fact]
    public void Any_letter_that_was_changed_is_found()
    {
        string file = File(Protocol(keys), keys);
        Random random = new(4);
        for (int i = 0; i < 300; i++)
        {
            char[] changed = file.ToCharArray();
            int at = random.Next(changed.Length);
            changed[at] ^= (char)1;
            AcceptanceVerdict verdict = AcceptanceFile.Check(new string(changed), keys);
            Assert.False(verdict.IsGood, $"letter {at}: {verdict}");
        }
    }

    [Fact]
    public void Each_way_in_which_a_protocol_is_not_this_boxs_has_its_own_words()
    {
        string good = Protocol(keys);
        string signature = Signature(good, keys, Epoch);
        (string File, string Found)[] wrong =
        [
            (AcceptanceFile.Make(good, null), "none: the box did not sign it"),
            (AcceptanceFile.Make(good, "00"), "wrong structure"),
            (AcceptanceFile.Make(good, "zz"), "it is no signed object"),
            (AcceptanceFile.Make(good, Signature(good, others, Epoch)), "foreign key"),
            (AcceptanceFile.Make(good.Replace("true", "false"), signature), "it is of another protocol"),
            (File(Protocol(others), keys), "the protocol names another device"),
            (AcceptanceFile.Make(good, Signature(good, keys, 4)),
                "the protocol names another epoch than the box was in"),
            ("{}", "it is not in the form of a protocol"),
        ];

        Assert.All(wrong, each =>
        {
            AcceptanceVerdict verdict = AcceptanceFile.Check(each.File, keys);
            Assert.False(verdict.IsGood);
            Assert.Equal(each.Found, verdict.Signature);
            Assert.Contains("accepted  not to be told", verdict.ToText());
        });
    }

    private static string SignedBy(KeySet signer, uint epoch, string hash)
    {
        using SigningKey key = signer.OpenDeviceKey();
        AcceptanceStatement statement = new(
            signer.Device, new EpochRef(epoch, default), new KnownTime(1_800_000_000_000_000, 2_000),
            Hash32.FromBytes(Convert.FromHexString(hash)));
        return Convert.ToHexStringLower(statement.Sign(key).Bytes);
    }

    private static string Protocol(KeySet device)
    {
        BoxStatus status = BoxStatusMaker.Good() with { Device = device.Device.ToString(), Epoch = Epoch };
        return Acceptance.Protocol(status, DateTimeOffset.UnixEpoch, SelfTest.Of(status), Acceptance.Yes());
    }

    private static string File(string protocol, KeySet signer) =>
        AcceptanceFile.Make(protocol, Signature(protocol, signer, Epoch));

    private static string Signature(string protocol, KeySet signer, uint epoch) =>
        SignedBy(signer, epoch, AcceptanceFile.HashOf(protocol));
}
