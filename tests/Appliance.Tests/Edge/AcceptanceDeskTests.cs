using Appliance.Edge.Clocks;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Service;
using Appliance.Tests.Edge.Clocks;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>The box signs the hash of an acceptance protocol, after a manifest has named it.</summary>
public sealed class AcceptanceDeskTests : IDisposable
{
    private readonly SmallBox box = new();
    private readonly KeySet keys = KeySet.MakeLab(new Random(8).NextBytes, 20_000, 1);
    private readonly string hash = new('a', 64);

    public void Dispose() => box.Dispose();

    [Fact]
    public async Task What_is_signed_is_in_a_durable_manifest_first()
    {
        AcceptanceDesk desk = Desk(new BoardTime(1_800_000_000, 2));
        BoxPipeline run = box.Begin();
        run.Drain(SmallBox.StartNs);
        Task<(string Signed, string Problem)> asked = desk.SignAsync(hash, user: 7);
        Assert.False(asked.IsCompleted);

        desk.Serve(run, LeapSeconds.ToTai(SmallBox.StartNs / 1000));
        (string signed, string problem) = await asked;
        Assert.Equal("", problem);
        Assert.Equal(
            $"signature of an acceptance protocol asked by user 7: SHA-256 {hash}",
            Assert.Single(box.Manifests()[0].Events).Text);
        Assert.Equal(Refusal.None, AcceptanceStatement.TryVerify(
            Convert.FromHexString(signed), keys.DeviceKey, out AcceptanceStatement? said));
        Assert.Equal((new KnownTime(1_800_000_000_000_000, 2_000), hash), (said!.Time, said.Protocol.ToString()));
    }

    [Fact]
    public async Task Nothing_but_a_hash_is_signed_and_nothing_once_the_key_is_evicted()
    {
        AcceptanceDesk desk = Desk(null);
        Assert.Equal(
            ("", "the request must be the SHA-256 of a protocol: 64 hexadecimal digits"),
            await desk.SignAsync("all was well", 0));
        keys.Forget();
        Assert.Equal(("", "the device's key is evicted: see `icrctl status`"), await desk.SignAsync(hash, 0));
    }

    private AcceptanceDesk Desk(BoardTime? now) => new(keys, new EpochRef(3, default), () => now);
}
