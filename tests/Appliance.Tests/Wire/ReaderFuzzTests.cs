using Appliance.Lab.Vectors;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>
/// Changed and cut objects through every reader: nothing is thrown, nothing changed is accepted. Seconds long; a
/// failure prints the seed and the round, which repeat it.
/// </summary>
public sealed class ReaderFuzzTests
{
    private const int Seed = 20_241_004;
    private const int Rounds = 20_000;

    [Fact]
    public void No_reader_throws_on_or_accepts_a_changed_object()
    {
        var world = new VectorWorld("test: fuzz");
        int refused = 0;
        foreach ((byte[] good, Func<byte[], Refusal> read) in Targets(world))
        {
            Assert.Equal(Refusal.None, read(good));
            refused += Fuzz(good, read);
        }

        Assert.Equal(5 * (Rounds / 5), refused);
    }

    [Fact]
    public void The_canary_is_found()
    {
        byte[] good = [1, 2, 3, 4, 5, 6, 7, 8];

        // A reader with a hole: it forgets one byte, and falls over another.
        Assert.ThrowsAny<Exception>(() => Fuzz(good, bytes =>
            bytes.AsSpan(1).SequenceEqual(good.AsSpan(1)) ? Refusal.None : Refusal.Signature));
        Assert.ThrowsAny<Exception>(() => Fuzz(good, bytes =>
            bytes[4] == 0xFF ? throw new InvalidOperationException() : Refusal.Signature));
    }

    private static int Fuzz(byte[] good, Func<byte[], Refusal> read)
    {
        var random = new Random(Seed);
        int refused = 0;
        for (int round = 0; round < Rounds / 5; round++)
        {
            byte[] changed = Change(random, good);
            Refusal refusal;
            try
            {
                refusal = read(changed);
            }
            catch (Exception thrown)
            {
                throw new InvalidOperationException($"seed {Seed}, round {round}: thrown on bad input", thrown);
            }

            Assert.True(refusal != Refusal.None, $"seed {Seed}, round {round}: a changed object was accepted");
            refused++;
        }

        return refused;
    }

    /// <summary>
    /// One to four of: a byte replaced, a length byte made extreme, a piece cut out, repeated, or the end cut.
    /// </summary>
    private static byte[] Change(Random random, byte[] good)
    {
        List<byte> bytes = [.. good];
        for (int changes = random.Next(1, 5); changes > 0 || bytes.SequenceEqual(good); changes--)
        {
            int at = random.Next(bytes.Count);
            int length = random.Next(Math.Min(40, bytes.Count - at));
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = (byte)(0xFF ^ (random.Next(4) << 5));
                    break;
                case 2 when bytes.Count > length + 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    bytes.RemoveRange(at + 1, bytes.Count - at - 1);
                    break;
            }
        }

        return [.. bytes];
    }

    private static IEnumerable<(byte[] Good, Func<byte[], Refusal> Read)> Targets(VectorWorld world)
    {
        VectorRun run = world.Start();
        SealedBatch batch = VectorWorld.Seal(run);
        var rules = new ReaderRules(world.Device, world.Notice, VectorWorld.Day);
        CertifiedEpoch.TryVerify(run.Started.Bytes, world.DeviceKey.Public, rules, out CertifiedEpoch? epoch);
        BatchCheck.TryVerify(batch.Bytes, _ => epoch, rules, out VerifiedBatch? verified);
        var trust = new ControlTrust(world.OperatorKey.Public, world.CustodianKey.Public);
        yield return (batch.Bytes.ToArray(), bytes => BatchCheck.TryVerify(bytes, _ => epoch, rules, out _));
        yield return (
            run.Started.Bytes.ToArray(),
            bytes => CertifiedEpoch.TryVerify(bytes, world.DeviceKey.Public, rules, out _));
        yield return (
            BrokenOthers.Receipt(world, batch).Sign(world.StoreKey).Bytes,
            bytes => Receipt.TryVerify(bytes, world.StoreKey.Public, world.Device, out _));
        yield return (
            BrokenOthers.Control(world).Sign(world.OperatorKey, world.CustodianKey),
            bytes => Control.TryVerify(bytes, trust, world.Device, 3, VectorWorld.NowUs, out _));
        yield return (
            BrokenOthers.Proof(world, run, batch),
            bytes => RecordProof.TryVerify(bytes, verified!.Header, out _));
    }

    /// <summary>
    /// The signature hides most of what lies behind it, so the payload readers are given changed payloads without one.
    /// </summary>
    [Fact]
    public void No_payload_reader_throws_on_a_changed_payload()
    {
        var world = new VectorWorld("test: payload fuzz");
        VectorRun run = world.Start();
        SealedBatch batch = VectorWorld.Seal(run);
        byte[] manifest = batch.Manifest.Encode();
        byte[] recipients = VectorWorld.Parts(batch).Recipients.ToArray();
        byte[] statement = run.Started.Statement.Encode();
        var random = new Random(Seed);
        var verdicts = new HashSet<Refusal>();
        for (int round = 0; round < Rounds / 5; round++)
        {
            verdicts.Add(Manifest.TryDecode(Change(random, manifest), out _));
            verdicts.Add(RecipientEntry.TryDecodeAll(Change(random, recipients), out _));
            verdicts.Add(EpochStatement.TryDecode(Change(random, statement), out _));
        }

        Refusal[] atLeast = [Refusal.None, Refusal.WrongStructure, Refusal.NotCbor, Refusal.TrailingBytes];
        Assert.Superset(atLeast.ToHashSet(), verdicts);
    }
}
