using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;
using X86Clmul = System.Runtime.Intrinsics.X86.Pclmulqdq;

namespace Appliance.Flow;

/// <summary>
/// Opens AES-128-GCM with the processor's AES and carry-less multiply instructions, four blocks at a time. GHASH runs
/// as POLYVAL on byte-reversed blocks (RFC 8452 appendix A), whose reduction is two multiplications.
/// </summary>
internal static class GcmVector
{
    private const int TagBytes = GcmScalar.TagBytes;

    public static bool IsSupported =>
        (X86Aes.IsSupported && X86Clmul.IsSupported) || (ArmAes.IsSupported && ArmAes.Arm64.IsSupported);

    /// <inheritdoc cref="GcmScalar.TryOpen"/>
    public static bool TryOpen(
        ReadOnlySpan<byte> schedule,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> sealedBytes,
        Span<byte> plain)
    {
        if (sealedBytes.Length < TagBytes || plain.Length < sealedBytes.Length - TagBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> cipher = sealedBytes[..^TagBytes];
        Span<byte> first = stackalloc byte[TagBytes];
        nonce[..12].CopyTo(first);
        Vector128<byte> counter = Vector128.Create<byte>(first);
        Vector128<byte> tag = Hash(schedule, aad, cipher) ^ Block(schedule, Number(counter, 1));
        if (tag != Vector128.Create(sealedBytes[^TagBytes..]))
        {
            return false;
        }

        Decrypt(schedule, counter, cipher, plain);
        return true;
    }

    /// <summary>Encrypts one block: header protection's mask.</summary>
    public static Vector128<byte> Block(ReadOnlySpan<byte> schedule, Vector128<byte> block)
    {
        ReadOnlySpan<Vector128<byte>> keys = MemoryMarshal.Cast<byte, Vector128<byte>>(schedule)[..11];
        block = Begin(block, keys[0]);
        for (int i = 1; i < 10; i++)
        {
            block = Round(block, keys[i]);
        }

        return End(block, keys[10]);
    }

    private static void Decrypt(
        ReadOnlySpan<byte> schedule, Vector128<byte> counter, ReadOnlySpan<byte> cipher, Span<byte> plain)
    {
        ReadOnlySpan<Vector128<byte>> keys = MemoryMarshal.Cast<byte, Vector128<byte>>(schedule)[..11];
        uint number = 2;
        while (cipher.Length >= 4 * TagBytes)
        {
            Vector128<byte> a = Begin(Number(counter, number), keys[0]);
            Vector128<byte> b = Begin(Number(counter, number + 1), keys[0]);
            Vector128<byte> c = Begin(Number(counter, number + 2), keys[0]);
            Vector128<byte> d = Begin(Number(counter, number + 3), keys[0]);
            for (int i = 1; i < 10; i++)
            {
                Vector128<byte> key = keys[i];
                a = Round(a, key);
                b = Round(b, key);
                c = Round(c, key);
                d = Round(d, key);
            }

            (End(a, keys[10]) ^ Vector128.Create(cipher)).CopyTo(plain);
            (End(b, keys[10]) ^ Vector128.Create(cipher[16..])).CopyTo(plain[16..]);
            (End(c, keys[10]) ^ Vector128.Create(cipher[32..])).CopyTo(plain[32..]);
            (End(d, keys[10]) ^ Vector128.Create(cipher[48..])).CopyTo(plain[48..]);
            cipher = cipher[64..];
            plain = plain[64..];
            number += 4;
        }

        DecryptRest(schedule, counter, number, cipher, plain);
    }

    private static void DecryptRest(
        ReadOnlySpan<byte> schedule, Vector128<byte> counter, uint number, ReadOnlySpan<byte> cipher, Span<byte> plain)
    {
        for (; cipher.Length > 0; number++)
        {
            Vector128<byte> stream = Block(schedule, Number(counter, number));
            int count = Math.Min(TagBytes, cipher.Length);
            for (int i = 0; i < count; i++)
            {
                plain[i] = (byte)(cipher[i] ^ stream[i]);
            }

            cipher = cipher[count..];
            plain = plain[count..];
        }
    }

    private static Vector128<byte> Hash(
        ReadOnlySpan<byte> schedule, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> cipher)
    {
        Vector128<ulong> h1 = Twice(Reverse(Block(schedule, default)));
        Vector128<ulong> h2 = Multiply(h1, h1);
        Vector128<ulong> h3 = Multiply(h2, h1);
        Vector128<ulong> h4 = Multiply(h2, h2);
        Vector128<ulong> sum = Absorb(default, aad, h1);
        ReadOnlySpan<byte> rest = cipher;
        while (rest.Length >= 4 * TagBytes)
        {
            Product product = default;
            product.Add(sum ^ Reverse(Vector128.Create(rest)), h4);
            product.Add(Reverse(Vector128.Create(rest[16..])), h3);
            product.Add(Reverse(Vector128.Create(rest[32..])), h2);
            product.Add(Reverse(Vector128.Create(rest[48..])), h1);
            sum = product.Reduce();
            rest = rest[64..];
        }

        sum = Absorb(sum, rest, h1);
        sum = Multiply(sum ^ Vector128.Create((ulong)cipher.Length * 8, (ulong)aad.Length * 8), h1);
        return Reverse(sum.AsByte()).AsByte();
    }

    private static Vector128<ulong> Absorb(Vector128<ulong> sum, ReadOnlySpan<byte> bytes, Vector128<ulong> key)
    {
        Span<byte> block = stackalloc byte[TagBytes];
        while (bytes.Length > 0)
        {
            int count = Math.Min(TagBytes, bytes.Length);
            block.Clear();
            bytes[..count].CopyTo(block);
            sum = Multiply(sum ^ Reverse(Vector128.Create<byte>(block)), key);
            bytes = bytes[count..];
        }

        return sum;
    }

    // x times the value, in POLYVAL's field: x^128 = x^127 + x^126 + x^121 + 1.
    private static Vector128<ulong> Twice(Vector128<ulong> value)
    {
        ulong low = value[0];
        ulong high = value[1];
        ulong carry = high >> 63;
        return Vector128.Create((low << 1) ^ carry, ((high << 1) | (low >> 63)) ^ (carry * 0xC200_0000_0000_0000));
    }

    private static Vector128<ulong> Multiply(Vector128<ulong> a, Vector128<ulong> b)
    {
        Product product = default;
        product.Add(a, b);
        return product.Reduce();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Reverse(Vector128<byte> block) => Vector128.Shuffle(
        block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Number(Vector128<byte> counter, uint number) =>
        counter.AsUInt32().WithElement(3, BinaryPrimitives.ReverseEndianness(number)).AsByte();

    // The two families put the key addition at different ends of a round: x86 after it, ARM before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Begin(Vector128<byte> block, Vector128<byte> key) => block ^ key;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Round(Vector128<byte> block, Vector128<byte> key) => X86Aes.IsSupported
        ? X86Aes.Encrypt(block, key)
        : ArmAes.MixColumns(ArmAes.Encrypt(block, default)) ^ key;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> End(Vector128<byte> block, Vector128<byte> key) => X86Aes.IsSupported
        ? X86Aes.EncryptLast(block, key)
        : ArmAes.Encrypt(block, default) ^ key;

    /// <summary>A sum of unreduced products of 128-bit polynomials.</summary>
    private struct Product
    {
        private static readonly Vector128<ulong> Polynomial = Vector128.Create(1UL, 0xC200_0000_0000_0000);
        private Vector128<ulong> low;
        private Vector128<ulong> middle;
        private Vector128<ulong> high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector128<ulong> a, Vector128<ulong> b)
        {
            low ^= LowLow(a, b);
            high ^= HighHigh(a, b);
            middle ^= LowHigh(a, b) ^ LowHigh(b, a);
        }

        // Montgomery reduction by x^-128 in two halves (RFC 8452 appendix A gives the field).
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector128<ulong> Reduce()
        {
            Vector128<ulong> bottom = low ^ Vector128.Create(0, middle[0]);
            Vector128<ulong> top = high ^ Vector128.Create(middle[1], 0);
            bottom = Swap(bottom) ^ LowHigh(bottom, Polynomial);
            bottom = Swap(bottom) ^ LowHigh(bottom, Polynomial);
            return top ^ bottom;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<ulong> Swap(Vector128<ulong> value) =>
            Vector128.Shuffle(value, Vector128.Create(1UL, 0));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<ulong> LowLow(Vector128<ulong> a, Vector128<ulong> b) => X86Clmul.IsSupported
            ? X86Clmul.CarrylessMultiply(a, b, 0x00)
            : ArmAes.PolynomialMultiplyWideningLower(a.GetLower(), b.GetLower());

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<ulong> HighHigh(Vector128<ulong> a, Vector128<ulong> b) => X86Clmul.IsSupported
            ? X86Clmul.CarrylessMultiply(a, b, 0x11)
            : ArmAes.PolynomialMultiplyWideningUpper(a, b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<ulong> LowHigh(Vector128<ulong> a, Vector128<ulong> b) => X86Clmul.IsSupported
            ? X86Clmul.CarrylessMultiply(a, b, 0x10)
            : ArmAes.PolynomialMultiplyWideningLower(a.GetLower(), b.GetUpper());
    }
}
