namespace Appliance.Supervisor.Update;

/// <summary>
/// ECDSA on P-256 (FIPS 186-5, SEC 1 section 4.1.4): checks one signature in steps, so that an interpreter that needs
/// many seconds for it goes on watching the host between them. u1*G + u2*Q is summed over both scalars at once.
/// </summary>
internal sealed class P256Verifier
{
    /// <summary>Under way.</summary>
    public const int Working = 0;

    /// <summary>The signature fits.</summary>
    public const int Good = 1;

    /// <summary>It does not, or one of its numbers or the key is out of range.</summary>
    public const int Bad = 2;

    // What one bit of the sum costs is what this many bits of an inversion cost.
    private const int InversionBits = 8;
    private const int Steps = 256 + (2 * 256 / InversionBits);

    private static readonly byte[] Constants = new byte[]
    {
        // b
        0x5a, 0xc6, 0x35, 0xd8, 0xaa, 0x3a, 0x93, 0xe7, 0xb3, 0xeb, 0xbd, 0x55, 0x76, 0x98, 0x86, 0xbc,
        0x65, 0x1d, 0x06, 0xb0, 0xcc, 0x53, 0xb0, 0xf6, 0x3b, 0xce, 0x3c, 0x3e, 0x27, 0xd2, 0x60, 0x4b,
        // x of the base point
        0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
        0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
        // y of the base point
        0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
        0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
    };

    // Each verifier has its own: a field keeps room for its sums.
    private readonly PrimeField field = new PrimeField(new uint[]
    {
        0xffffffff, 0x00000001, 0, 0, 0, 0xffffffff, 0xffffffff, 0xffffffff,
    });

    private readonly PrimeField order = new PrimeField(new uint[]
    {
        0xffffffff, 0, 0xffffffff, 0xffffffff, 0xbce6faad, 0xa7179e84, 0xf3b9cac2, 0xfc632551,
    });

    private readonly CurveSums sums;
    private readonly CurvePoint generator = new CurvePoint();
    private readonly CurvePoint key = new CurvePoint();
    private readonly CurvePoint both = new CurvePoint();
    private readonly CurvePoint total = new CurvePoint();
    private readonly uint[] r = new uint[PrimeField.Words];
    private readonly uint[] s = new uint[PrimeField.Words];
    private readonly uint[] u1 = new uint[PrimeField.Words];
    private readonly uint[] u2 = new uint[PrimeField.Words];
    private readonly uint[] work = new uint[PrimeField.Words];
    private readonly uint[] other = new uint[PrimeField.Words];
    private int step;
    private int bit;

    public P256Verifier()
    {
        sums = new CurveSums(field);
    }

    /// <summary>Working, good or bad.</summary>
    public int Verdict { get; private set; } = Bad;

    /// <summary>How far, thousandths.</summary>
    public int Permille => step * 1000 / Steps;

    /// <summary>
    /// Takes a public key (x, y), the hash of the message and the signature (r, s), all most significant byte first.
    /// </summary>
    public void Begin(byte[] publicKey, byte[] hash, byte[] signature, int signatureAt)
    {
        step = 0;
        bit = 255;
        Verdict = IsInRange(signature, signatureAt) && IsOnCurve(publicKey) ? Working : Bad;
        if (Verdict == Bad)
        {
            return;
        }

        PrimeField.Load(hash, 0, u1);
        order.ToForm(s, work);
        order.BeginInvert(work);
        LoadPoint(Constants, 32, generator);
        both.Set(generator);
        sums.Add(both, key);
        PrimeField.Copy(field.One, total.X);
        PrimeField.Copy(field.One, total.Y);
        field.Subtract(field.One, field.One, total.Z);
    }

    /// <summary>
    /// Goes on by a number of steps, each about as long as the next: first 1 / s, then the 256 bits of the sum, then
    /// 1 / z of the sum.
    /// </summary>
    public void Step(int steps)
    {
        for (int i = 0; i < steps && Verdict == Working; i++)
        {
            if (step < 256 / InversionBits)
            {
                if (order.StepInvert(InversionBits, work))
                {
                    Scalars();
                }
            }
            else if (bit >= 0)
            {
                Sum();
            }
            else if (field.StepInvert(InversionBits, work))
            {
                Verdict = IsRight() ? Good : Bad;
            }

            step++;
        }
    }

    // u1 = hash / s, u2 = r / s, both modulo the order. A hash above the order is first reduced by it.
    private void Scalars()
    {
        order.ToForm(u1, other);
        order.Multiply(other, work, u1);
        order.FromForm(u1, u1);
        order.ToForm(r, other);
        order.Multiply(other, work, u2);
        order.FromForm(u2, u2);
    }

    private void Sum()
    {
        sums.Double(total);
        uint first = (u1[bit / 32] >> (bit % 32)) & 1;
        uint second = (u2[bit / 32] >> (bit % 32)) & 1;
        if (first != 0 || second != 0)
        {
            sums.Add(total, second == 0 ? generator : first == 0 ? key : both);
        }

        bit--;
        if (bit < 0)
        {
            if (total.IsInfinity)
            {
                Verdict = Bad;
                return;
            }

            field.BeginInvert(total.Z);
        }
    }

    // work holds 1 / z.
    private bool IsRight()
    {
        field.Multiply(work, work, work);
        field.Multiply(total.X, work, work);
        field.FromForm(work, work);
        order.ToForm(work, other);
        order.FromForm(other, other);
        return PrimeField.AreEqual(other, r);
    }

    private bool IsInRange(byte[] signature, int at)
    {
        PrimeField.Load(signature, at, r);
        PrimeField.Load(signature, at + 32, s);
        return !PrimeField.IsZero(r) && !PrimeField.IsZero(s) && order.IsBelow(r) && order.IsBelow(s);
    }

    // y^2 = x^3 - 3x + b, and both below the prime.
    private bool IsOnCurve(byte[] publicKey)
    {
        PrimeField.Load(publicKey, 0, work);
        PrimeField.Load(publicKey, 32, other);
        if (!field.IsBelow(work) || !field.IsBelow(other))
        {
            return false;
        }

        LoadPoint(publicKey, 0, key);
        field.Multiply(key.X, key.X, work);
        field.Subtract(work, field.One, work);
        field.Subtract(work, field.One, work);
        field.Subtract(work, field.One, work);
        field.Multiply(work, key.X, work);
        PrimeField.Load(Constants, 0, other);
        field.ToForm(other, other);
        field.Add(work, other, work);
        field.Multiply(key.Y, key.Y, other);
        return PrimeField.AreEqual(work, other);
    }

    private void LoadPoint(byte[] bytes, int at, CurvePoint point)
    {
        PrimeField.Load(bytes, at, point.X);
        PrimeField.Load(bytes, at + 32, point.Y);
        field.ToForm(point.X, point.X);
        field.ToForm(point.Y, point.Y);
        PrimeField.Copy(field.One, point.Z);
    }
}
