using System.Security.Cryptography;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

public sealed class Sha256LanesTests
{
    private const int LengthMax = 300;
    private const int Lanes = Sha256Lanes.Lanes;

    [Fact]
    public void Every_length_in_every_lane_hashes_as_the_platform_hashes_it()
    {
        for (int length = 0; length <= LengthMax; length++)
        {
            // Neighbours of other lengths: a lane that ends early keeps what it had.
            Check(length, [.. Enumerable.Range(0, Lanes).Select(lane => (length + (lane * 37)) % (LengthMax + 1))]);
        }
    }

    [Fact]
    public void Groups_of_any_size_and_mixture_hash_as_the_platform_hashes_them()
    {
        Random random = new(3);
        for (int seed = 0; seed < 2000; seed++)
        {
            Check(seed, [.. Enumerable.Range(0, random.Next(1, Lanes + 1)).Select(_ => random.Next(LengthMax + 1))]);
        }
    }

    [Fact]
    public void Codes_under_a_key_are_those_of_the_platform()
    {
        const int seed = 5;
        Random random = new(seed);
        HmacLanes hmac = new();
        int stride = HmacLanes.StrideOf(LengthMax);
        byte[] values = new byte[Lanes * stride];
        byte[] key = new byte[Hash32.Size];
        byte[] codes = new byte[Lanes * Hash32.Size];
        for (int round = 0; round < 1000; round++)
        {
            random.NextBytes(key);
            random.NextBytes(values);
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, Lanes + 1)).Select(_ => random.Next(LengthMax + 1))];
            byte[] expected =
                [.. lengths.SelectMany((length, i) => HMACSHA256.HashData(key, values.AsSpan(i * stride, length)))];

            hmac.SetKey(key);
            hmac.Hash(values, stride, lengths, codes);

            Assert.True(codes.AsSpan().StartsWith(expected), $"seed {seed}, round {round}");
        }
    }

    private static void Check(int seed, int[] lengths)
    {
        int stride = Sha256Lanes.PaddedSize(LengthMax);
        byte[] messages = new byte[Lanes * stride];
        new Random(seed).NextBytes(messages);
        byte[] expected = [.. lengths.SelectMany((length, i) => SHA256.HashData(messages.AsSpan(i * stride, length)))];

        byte[] digests = new byte[lengths.Length * Hash32.Size];
        Sha256Lanes.Hash(messages, stride, lengths, digests);
        Assert.True(expected.AsSpan().SequenceEqual(digests), $"seed {seed}: lengths {string.Join(' ', lengths)}");
        CheckEights(seed, messages, lengths, expected);
    }

    // Where the processor has vectors of 512 bits, only this looks at those of 256.
    private static void CheckEights(int seed, byte[] messages, int[] lengths, byte[] expected)
    {
        if (!Sha256Eight.IsSupported)
        {
            return;
        }

        int[] blocks = new int[Lanes];
        Sha256Lanes.Pad(messages, messages.Length / Lanes, 0, lengths, blocks);
        byte[] digests = new byte[expected.Length];
        Sha256Lanes.HashEights(Sha256Words.Initial, messages, messages.Length / Lanes, blocks, digests);
        Assert.True(
            expected.AsSpan().SequenceEqual(digests), $"seed {seed}, in eights: lengths {string.Join(' ', lengths)}");
    }
}
