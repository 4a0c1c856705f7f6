using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Appliance.Tests.Firmware.Subset;

/// <summary>
/// Walks a compiled image for what the compiler accepts and the chip's interpreter does not survive: generics,
/// multi-dimensional arrays, stackalloc, default interface methods, overflow checks, volatile, pinned pointers, and
/// format strings that it does not know, and casts that do not change a sign (<see cref="SignWalk"/>).
/// </summary>
internal sealed class SubsetWalk : IDisposable
{
    private readonly MetadataReader reader;
    private readonly PEReader image;
    private readonly List<string> found = [];

    private SubsetWalk(byte[] bytes)
    {
        image = new PEReader(ImmutableArray.Create(bytes));
        reader = image.GetMetadataReader();
    }

    /// <summary>What was found; empty where the image may run on the chip.</summary>
    public static IReadOnlyList<string> Find(byte[] bytes)
    {
        using SubsetWalk walk = new(bytes);
        walk.Tables();
        foreach (MethodDefinitionHandle method in walk.reader.MethodDefinitions)
        {
            walk.Method(walk.reader.GetMethodDefinition(method));
        }

        return walk.found;
    }

    /// <summary>Methods that have a body: shows that something was walked.</summary>
    public static int Bodies(byte[] bytes)
    {
        using PEReader image = new(ImmutableArray.Create(bytes));
        MetadataReader reader = image.GetMetadataReader();
        return reader.MethodDefinitions.Count(m => reader.GetMethodDefinition(m).RelativeVirtualAddress != 0);
    }

    public void Dispose() => image.Dispose();

    private void Tables()
    {
        foreach (string name in new[] { "GenericParam", "MethodSpec" })
        {
            TableIndex table = Enum.Parse<TableIndex>(name);
            if (reader.GetTableRowCount(table) > 0)
            {
                found.Add($"generic: {reader.GetTableRowCount(table)} rows of {name}");
            }
        }

        for (int row = 1; row <= reader.GetTableRowCount(TableIndex.TypeSpec); row++)
        {
            TypeSpecification type = reader.GetTypeSpecification(MetadataTokens.TypeSpecificationHandle(row));
            Signature("a type", reader.GetBlobReader(type.Signature));
        }

        for (int row = 1; row <= reader.GetTableRowCount(TableIndex.StandAloneSig); row++)
        {
            StandaloneSignature locals =
                reader.GetStandaloneSignature(MetadataTokens.StandaloneSignatureHandle(row));
            Signature("a method's locals", reader.GetBlobReader(locals.Signature));
        }

        foreach (FieldDefinition field in reader.FieldDefinitions.Select(reader.GetFieldDefinition))
        {
            Signature(reader.GetString(field.Name), reader.GetBlobReader(field.Signature));
        }

        foreach (MemberReference member in reader.MemberReferences.Select(reader.GetMemberReference))
        {
            Signature(reader.GetString(member.Name), reader.GetBlobReader(member.Signature));
        }
    }

    private void Signature(string where, BlobReader blob)
    {
        try
        {
            SignatureHeader header = new(blob.ReadByte());
            blob.Reset();
            SignatureDecoder<bool, object?> decoder = new(new Kinds(found, where), reader, null);
            _ = header.Kind switch
            {
                SignatureKind.Field => decoder.DecodeFieldSignature(ref blob),
                SignatureKind.LocalVariables => decoder.DecodeLocalSignature(ref blob).IsEmpty,
                SignatureKind.Method when header.RawValue is 0 or 0x20 or 0x10 or 0x30 => Whole(decoder, ref blob),
                _ => decoder.DecodeType(ref blob),
            };
        }
        catch (BadImageFormatException)
        {
            found.Add($"signature that cannot be read: {where}");
        }
    }

    private static bool Whole(SignatureDecoder<bool, object?> decoder, ref BlobReader blob) =>
        decoder.DecodeMethodSignature(ref blob).ReturnType;

    private void Method(MethodDefinition method)
    {
        string name = $"{TypeName(method)}.{reader.GetString(method.Name)}";
        Signature(name, reader.GetBlobReader(method.Signature));
        TypeDefinition owner = reader.GetTypeDefinition(method.GetDeclaringType());
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        if (owner.Attributes.HasFlag(TypeAttributes.Interface))
        {
            found.Add($"default interface method: {name}");
        }

        MethodBodyBlock body = image.GetMethodBody(method.RelativeVirtualAddress);
        Code(name, body.GetILReader());
        new SignWalk(reader, found).Walk(name, method, body);
    }

    private void Code(string name, BlobReader code)
    {
        foreach ((OpCode op, int operand) in IlReader.Read(code))
        {
            if (op == OpCodes.Localloc || op == OpCodes.Volatile || op.Name!.Contains(".ovf", StringComparison.Ordinal))
            {
                found.Add($"{op.Name}: {name}");
            }

            if (op == OpCodes.Ldstr)
            {
                Text(name, reader.GetUserString((UserStringHandle)MetadataTokens.Handle(operand)));
            }
        }
    }

    // Formats that the chip knows: D, E, F, G, N, X with a width. A lone run of zeros or an R is one that it does not.
    private void Text(string name, string text)
    {
        bool isPicture = text.Length is > 1 and < 12 && text.All(c => c is '0' or '#' or '.') && text != "..";
        if (isPicture || text is "R" or "r" or "O" or "o")
        {
            found.Add($"format string \"{text}\": {name}");
        }
    }

    private string TypeName(MethodDefinition method) =>
        reader.GetString(reader.GetTypeDefinition(method.GetDeclaringType()).Name);

    private sealed class Kinds(List<string> found, string where) : ISignatureTypeProvider<bool, object?>
    {
        public bool GetArrayType(bool elementType, ArrayShape shape) => Say("multi-dimensional array");

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => Say("generic");

        public bool GetGenericMethodParameter(object? genericContext, int index) => Say("generic");

        public bool GetGenericTypeParameter(object? genericContext, int index) => Say("generic");

        public bool GetPinnedType(bool elementType) => Say("fixed");

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => Say("volatile or modreq");

        public bool GetByReferenceType(bool elementType) => true;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => Say("function pointer");

        public bool GetPointerType(bool elementType) => true;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

        public bool GetSZArrayType(bool elementType) => true;

        public bool GetTypeFromDefinition(MetadataReader r, TypeDefinitionHandle handle, byte rawTypeKind) => true;

        public bool GetTypeFromReference(MetadataReader r, TypeReferenceHandle handle, byte rawTypeKind) => true;

        public bool GetTypeFromSpecification(
            MetadataReader r, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => true;

        private bool Say(string what)
        {
            found.Add($"{what}: {where}");
            return false;
        }
    }
}
