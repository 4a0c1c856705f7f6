namespace Appliance.Supervisor.Update;

/// <summary>
/// Numbers modulo an odd 256-bit number, as eight 32-bit words, the least first, in Montgomery's form: a stands for
/// a * 2^256. Not in constant time: only signatures are checked here, and nothing in them is secret.
/// Source: P. Montgomery, Mathematics of Computation 44(170), 1985; the word-by-word form of C. Koc et al., 1996.
/// </summary>
internal sealed class PrimeField
{
    public const int Words = 8;

    private readonly uint inverse;
    private readonly uint[] square = new uint[Words];
    private readonly uint[] sum = new uint[Words + 2];
    private readonly uint[] plainOne = new uint[Words];
    private readonly uint[] accumulated = new uint[Words];
    private readonly uint[] inverted = new uint[Words];
    private int inversionBit;

    /// <summary>The field of a prime, most significant word first as it is printed.</summary>
    public PrimeField(uint[] prime)
    {
        for (int i = 0; i < Words; i++)
        {
            Modulus[i] = prime[Words - 1 - i];
        }

        // Newton: each step doubles the bits that are right. inverse = -1 / modulus mod 2^32.
        uint x = 1;
        for (int i = 0; i < 5; i++)
        {
            x *= 2 - (Modulus[0] * x);
        }

        inverse = 0 - x;
        plainOne[0] = 1;

        // 2^512 mod modulus by doubling 1 so often.
        square[0] = 1;
        for (int i = 0; i < 512; i++)
        {
            Add(square, square, square);
        }

        Multiply(plainOne, square, One);
    }

    public uint[] Modulus { get; } = new uint[Words];

    /// <summary>1 in Montgomery's form.</summary>
    public uint[] One { get; } = new uint[Words];

    public static bool IsZero(uint[] a)
    {
        uint any = 0;
        for (int i = 0; i < Words; i++)
        {
            any |= a[i];
        }

        return any == 0;
    }

    public static bool AreEqual(uint[] a, uint[] b)
    {
        for (int i = 0; i < Words; i++)
        {
            if (a[i] != b[i])
            {
                return false;
            }
        }

        return true;
    }

    public static void Copy(uint[] from, uint[] to)
    {
        for (int i = 0; i < Words; i++)
        {
            to[i] = from[i];
        }
    }

    /// <summary>32 bytes, most significant first, to a plain number.</summary>
    public static void Load(byte[] bytes, int at, uint[] number)
    {
        for (int i = 0; i < Words; i++)
        {
            int b = at + (4 * (Words - 1 - i));
            number[i] = ((uint)bytes[b] << 24) | ((uint)bytes[b + 1] << 16) | ((uint)bytes[b + 2] << 8) | bytes[b + 3];
        }
    }

    /// <summary>True where a plain number is below the modulus.</summary>
    public bool IsBelow(uint[] a)
    {
        for (int i = Words - 1; i >= 0; i--)
        {
            if (a[i] != Modulus[i])
            {
                return a[i] < Modulus[i];
            }
        }

        return false;
    }

    public void ToForm(uint[] plain, uint[] form) => Multiply(plain, square, form);

    public void FromForm(uint[] form, uint[] plain) => Multiply(form, plainOne, plain);

    public void Add(uint[] a, uint[] b, uint[] result)
    {
        ulong carry = 0;
        for (int i = 0; i < Words; i++)
        {
            carry += (ulong)a[i] + b[i];
            result[i] = (uint)carry;
            carry >>= 32;
        }

        if (carry != 0 || !IsBelow(result))
        {
            TakeModulus(result);
        }
    }

    public void Subtract(uint[] a, uint[] b, uint[] result)
    {
        ulong borrow = 0;
        for (int i = 0; i < Words; i++)
        {
            ulong difference = (ulong)a[i] - b[i] - borrow;
            result[i] = (uint)difference;
            borrow = (difference >> 32) & 1;
        }

        if (borrow != 0)
        {
            ulong carry = 0;
            for (int i = 0; i < Words; i++)
            {
                carry += (ulong)result[i] + Modulus[i];
                result[i] = (uint)carry;
                carry >>= 32;
            }
        }
    }

    /// <summary>a * b / 2^256; the result may be one of the factors.</summary>
    public void Multiply(uint[] a, uint[] b, uint[] result)
    {
        for (int i = 0; i < Words + 2; i++)
        {
            sum[i] = 0;
        }

        for (int i = 0; i < Words; i++)
        {
            ulong carry = 0;
            ulong factor = a[i];
            for (int j = 0; j < Words; j++)
            {
                carry += sum[j] + (factor * b[j]);
                sum[j] = (uint)carry;
                carry >>= 32;
            }

            carry += sum[Words];
            sum[Words] = (uint)carry;
            sum[Words + 1] = (uint)(carry >> 32);
            Reduce();
        }

        uint top = sum[Words];
        for (int i = 0; i < Words; i++)
        {
            result[i] = sum[i];
        }

        if (top != 0 || !IsBelow(result))
        {
            TakeModulus(result);
        }
    }

    /// <summary>Begins 1 / a by Fermat: a to the power of the modulus less 2. Zero stays zero.</summary>
    public void BeginInvert(uint[] a)
    {
        Copy(a, inverted);
        Copy(One, accumulated);
        inversionBit = 255;
    }

    /// <summary>
    /// Goes on by some of the 256 bits; true where the inverse is ready and was written to the result.
    /// </summary>
    public bool StepInvert(int bits, uint[] result)
    {
        for (int i = 0; i < bits && inversionBit >= 0; i++)
        {
            Multiply(accumulated, accumulated, accumulated);
            uint word = inversionBit < 32 ? Modulus[0] - 2 : Modulus[inversionBit / 32];
            if (((word >> (inversionBit % 32)) & 1) != 0)
            {
                Multiply(accumulated, inverted, accumulated);
            }

            inversionBit--;
        }

        if (inversionBit >= 0)
        {
            return false;
        }

        Copy(accumulated, result);
        return true;
    }

    // Adds the multiple of the modulus that makes the lowest word zero, and shifts by a word.
    private void Reduce()
    {
        ulong factor = sum[0] * inverse;
        ulong carry = sum[0] + (factor * Modulus[0]);
        carry >>= 32;
        for (int j = 1; j < Words; j++)
        {
            carry += sum[j] + (factor * Modulus[j]);
            sum[j - 1] = (uint)carry;
            carry >>= 32;
        }

        carry += sum[Words];
        sum[Words - 1] = (uint)carry;
        sum[Words] = sum[Words + 1] + (uint)(carry >> 32);
    }

    private void TakeModulus(uint[] a)
    {
        ulong borrow = 0;
        for (int i = 0; i < Words; i++)
        {
            ulong difference = (ulong)a[i] - Modulus[i] - borrow;
            a[i] = (uint)difference;
            borrow = (difference >> 32) & 1;
        }
    }
}
