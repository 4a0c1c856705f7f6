namespace Appliance.Supervisor.Update;

/// <summary>SHA-256 (FIPS 180-4), fed piece by piece. The chip's library has none.</summary>
internal sealed class Sha256
{
    private static readonly uint[] Constants = new uint[]
    {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    };

    private readonly uint[] state = new uint[8];
    private readonly uint[] words = new uint[64];
    private readonly byte[] block = new byte[64];
    private int used;
    private long total;

    public Sha256()
    {
        Begin();
    }

    /// <summary>Begins a new hash.</summary>
    public void Begin()
    {
        state[0] = 0x6a09e667;
        state[1] = 0xbb67ae85;
        state[2] = 0x3c6ef372;
        state[3] = 0xa54ff53a;
        state[4] = 0x510e527f;
        state[5] = 0x9b05688c;
        state[6] = 0x1f83d9ab;
        state[7] = 0x5be0cd19;
        used = 0;
        total = 0;
    }

    /// <summary>Takes bytes.</summary>
    public void Add(byte[] bytes, int at, int count)
    {
        total += count;
        for (int i = 0; i < count; i++)
        {
            block[used] = bytes[at + i];
            used++;
            if (used == 64)
            {
                Mix();
                used = 0;
            }
        }
    }

    /// <summary>Ends it; 32 bytes.</summary>
    public void End(byte[] hash)
    {
        long bits = total * 8;
        block[used] = 0x80;
        used++;
        if (used > 56)
        {
            Fill(64);
            Mix();
            used = 0;
        }

        Fill(56);
        for (int i = 0; i < 8; i++)
        {
            block[56 + i] = (byte)(bits >> (56 - (8 * i)));
        }

        Mix();
        for (int i = 0; i < 32; i++)
        {
            hash[i] = (byte)(state[i / 4] >> (24 - (8 * (i % 4))));
        }
    }

    private void Fill(int to)
    {
        for (int i = used; i < to; i++)
        {
            block[i] = 0;
        }
    }

    private void Mix()
    {
        for (int i = 0; i < 16; i++)
        {
            words[i] = ((uint)block[4 * i] << 24) | ((uint)block[(4 * i) + 1] << 16)
                | ((uint)block[(4 * i) + 2] << 8) | block[(4 * i) + 3];
        }

        for (int i = 16; i < 64; i++)
        {
            uint x = words[i - 15];
            uint y = words[i - 2];
            uint s0 = ((x >> 7) | (x << 25)) ^ ((x >> 18) | (x << 14)) ^ (x >> 3);
            uint s1 = ((y >> 17) | (y << 15)) ^ ((y >> 19) | (y << 13)) ^ (y >> 10);
            words[i] = words[i - 16] + s0 + words[i - 7] + s1;
        }

        uint a = state[0];
        uint b = state[1];
        uint c = state[2];
        uint d = state[3];
        uint e = state[4];
        uint f = state[5];
        uint g = state[6];
        uint h = state[7];
        for (int i = 0; i < 64; i++)
        {
            uint s1 = ((e >> 6) | (e << 26)) ^ ((e >> 11) | (e << 21)) ^ ((e >> 25) | (e << 7));
            uint first = h + s1 + ((e & f) ^ (~e & g)) + Constants[i] + words[i];
            uint s0 = ((a >> 2) | (a << 30)) ^ ((a >> 13) | (a << 19)) ^ ((a >> 22) | (a << 10));
            uint second = s0 + ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + first;
            d = c;
            c = b;
            b = a;
            a = first + second;
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
}
